package dev.millrace.client.internal.reply;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.client.internal.message.Records;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.TopicView;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests and hands their answers to whoever waits. An answer may come through any broker of the cluster, so each of
 * them is told that this client has the producer group before its first request leaves.
 *
 * <p>Thread-safe: a concurrent table of what waits, bounded; each entry ends with its answer or its time.
 */
public final class Requester {
    private static final Logger LOG = LoggerFactory.getLogger(Requester.class);
    private static final int WAITING_MAX = 65_536;

    private final Membership membership;
    private final RouteCache routes;
    private final Upkeep upkeep;
    private final Later later;
    private final Map<String, CompletableFuture<ReceivedMessage>> waiting = new ConcurrentHashMap<>();
    private volatile boolean isUsed;

    /** Runs something short after a time, on the client's timer thread. */
    @FunctionalInterface
    public interface Later {
        void run(Runnable task, long afterMs);
    }

    public Requester(Membership membership, RouteCache routes, Upkeep upkeep, Later later) {
        this.membership = membership;
        this.routes = routes;
        this.upkeep = upkeep;
        this.later = later;
    }

    /** Whether there ever was a request, so that brokers must always know this client. */
    public boolean isUsed() {
        return isUsed;
    }

    /**
     * Sends a request; the stage has its answer, or why there is none.
     *
     * @param send sends a message of the producer
     */
    public CompletableFuture<ReceivedMessage> request(
            String group, Message message, Duration timeout, Function<Message, CompletableFuture<SendResult>> send) {
        CompletableFuture<ReceivedMessage> answer = new CompletableFuture<>();
        if (timeout.toMillis() < 1) {
            answer.completeExceptionally(
                    new ClientException(ErrorCode.INVALID_ARGUMENT, "timeout " + timeout + " is less than 1 ms"));
            return answer;
        }
        if (waiting.size() >= WAITING_MAX) {
            answer.completeExceptionally(new ClientException(
                    ErrorCode.BUFFER_FULL, waiting.size() + " requests of this client wait for their answer"));
            return answer;
        }
        isUsed = true;
        String id = UUID.randomUUID().toString();
        waiting.put(id, answer);
        later.run(() -> late(id, message, timeout), timeout.toMillis());
        Message request = message.withProperty(PropertyNames.CORRELATION_ID, id)
                .withProperty(PropertyNames.REPLY_TO_CLIENT, membership.clientId())
                .withProperty(PropertyNames.TIME_TO_LIVE, Long.toString(timeout.toMillis()));
        introduce(group, message.topic())
                .thenCompose(known -> send.apply(request))
                .whenComplete((sent, fault) -> {
                    if (fault != null) {
                        waiting.remove(id);
                        answer.completeExceptionally(Faults.of(fault));
                    }
                });
        return answer;
    }

    private void late(String id, Message message, Duration timeout) {
        CompletableFuture<ReceivedMessage> answer = waiting.remove(id);
        if (answer != null) {
            answer.completeExceptionally(new ClientException(
                    ErrorCode.TIMEOUT,
                    "no answer to request " + id + " in topic " + message.topic() + " came within " + timeout.toMillis()
                            + " ms"));
        }
    }

    /** Completes when all brokers that may bring the answer know the group. */
    private CompletableFuture<Boolean> introduce(String group, String topic) {
        return routes.view(topic)
                .thenCompose(view -> CompletableFuture.allOf(replyRoutes(view)))
                .handle((done, fault) -> membership.isToldOf(group)) // a topic without a route fails when it is sent to
                .thenCompose(isTold -> isTold
                        ? CompletableFuture.completedFuture(true)
                        : upkeep.now(membership::heartbeat).exceptionally(fault -> false));
    }

    /** Routes that name the other brokers of the topic's clusters. */
    private CompletableFuture<?>[] replyRoutes(TopicView view) {
        return view.route().brokerDatas().stream()
                .map(BrokerData::cluster)
                .distinct()
                .map(cluster -> routes.view(cluster + Message.REPLY_TOPIC_END).exceptionally(fault -> view))
                .toArray(CompletableFuture<?>[]::new);
    }

    /** A broker brings an answer; on an event loop. */
    public void answered(Connection connection, HeaderFields fields, ByteBuffer body) {
        ReceivedMessage message = Records.pushed(connection.remoteAddress(), fields, body);
        String id = message.property(PropertyNames.CORRELATION_ID).orElse("");
        CompletableFuture<ReceivedMessage> answer = waiting.remove(id);
        if (answer == null) {
            LOG.atDebug().addKeyValue("topic", message.topic()).log("an answer came that nobody waits for any more");
        } else {
            answer.complete(message);
        }
        if (!fields.isOneWay()) {
            ReplyTo.of(connection, fields).reply(Reply.success());
        }
    }

    /** Ends what waits. */
    public void close() {
        waiting.values()
                .forEach(answer -> answer.completeExceptionally(
                        new ClientException(ErrorCode.CLOSED, "the client was closed before the answer came")));
        waiting.clear();
    }
}
