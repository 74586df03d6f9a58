package dev.millrace.client.internal.pull;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.Request;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Offsets of queues and of a group in them. Thread-safe. */
public final class QueueOffsets {
    private static final String RETRY_PREFIX = "%RETRY%";

    private final Requests requests;
    private final RouteCache routes;

    public QueueOffsets(Requests requests, RouteCache routes) {
        this.requests = requests;
        this.routes = routes;
    }

    /** The offset that the next message will get. */
    public CompletableFuture<Long> end(TopicQueue queue) {
        return offset(queue, new QueueRequest.GetMaxOffset(queue.topic(), queue.queueId()));
    }

    /** The first offset that is still stored; 0 for a queue that never held a message. */
    public CompletableFuture<Long> first(TopicQueue queue) {
        return offset(queue, new QueueRequest.GetMinOffset(queue.topic(), queue.queueId()))
                .thenApply(offset -> Math.max(0, offset));
    }

    /** The offset of the first message stored at this time (ms since the epoch) or later. */
    public CompletableFuture<Long> at(TopicQueue queue, long timeMs) {
        return offset(queue, new QueueRequest.SearchOffset(queue.topic(), queue.queueId(), timeMs, null));
    }

    /** The offset that a group stored. */
    public CompletableFuture<Optional<Long>> committed(String group, TopicQueue queue) {
        return offset(queue, new QueueRequest.QueryConsumerOffset(group, queue.topic(), queue.queueId(), false))
                .thenApply(Optional::of)
                .exceptionallyCompose(fault -> {
                    ClientException cause = Faults.of(fault);
                    return cause.code() == ErrorCode.NOT_FOUND
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : CompletableFuture.failedFuture(cause);
                });
    }

    /** Stores a group's offset. */
    public CompletableFuture<Boolean> commit(String group, TopicQueue queue, long offset) {
        return address(queue)
                .thenCompose(address -> requests.tell(
                        address, new QueueRequest.UpdateConsumerOffset(group, queue.topic(), queue.queueId(), offset)));
    }

    /**
     * Moves a group to the first message stored at this time (ms since the epoch) or later, so that its members hear of
     * it. Where the broker can't, because it does not know the group or the request, the offset is stored only.
     */
    public CompletableFuture<Boolean> move(String group, TopicQueue queue, long timeMs) {
        GroupRequest.ResetOffset request =
                new GroupRequest.ResetOffset(group, queue.topic(), queue.queueId(), null, timeMs, true);
        return address(queue)
                .thenCompose(address -> requests.tell(address, request))
                .exceptionallyCompose(fault -> {
                    ClientException cause = Faults.of(fault);
                    return cause.isRetriable()
                            ? CompletableFuture.failedFuture(cause)
                            : at(queue, timeMs).thenCompose(offset -> commit(group, queue, offset));
                });
    }

    /** Where a group starts to read a queue. */
    public CompletableFuture<Long> start(String group, TopicQueue queue, StartFrom from) {
        return committed(group, queue).thenCompose(stored -> {
            if (stored.isPresent()) {
                return CompletableFuture.completedFuture(stored.get());
            }
            return startWithout(queue, from);
        });
    }

    /** Where to start if nothing is stored. */
    public CompletableFuture<Long> startWithout(TopicQueue queue, StartFrom from) {
        if (queue.topic().startsWith(RETRY_PREFIX)) {
            return from.kind() == StartFrom.Kind.TIME ? end(queue) : first(queue);
        }
        return switch (from.kind()) {
            case FIRST -> first(queue);
            case LAST -> end(queue);
            case TIME -> at(queue, from.time().toEpochMilli());
        };
    }

    private CompletableFuture<Long> offset(TopicQueue queue, Request request) {
        return address(queue)
                .thenCompose(
                        address -> requests.ask(address, request, (fields, body) -> fields.requiredLong("offset")));
    }

    private CompletableFuture<String> address(TopicQueue queue) {
        return routes.view(queue.topic())
                .thenApply(view -> routes.addressOf(queue.broker())
                        .orElseThrow(() -> new ClientException(
                                ErrorCode.NO_ROUTE,
                                "broker " + queue.broker() + " of queue " + queue + " is not known")));
    }
}
