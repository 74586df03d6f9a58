package dev.millrace.client.internal.pull;

import dev.millrace.client.Filter;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.Tags;
import dev.millrace.client.internal.message.Records;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.PullMessage;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks for the messages of a queue. Thread-safe. */
final class PullCalls {
    private static final long SUSPEND_MS = 15_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final PullMessage.Limits LIMITS_OURS = new PullMessage.Limits(1024, 1024 * 1024);
    private static final PullMessage.Limits LIMITS_OTHERS = new PullMessage.Limits(32, -1);

    private final Requests requests;
    private final BrokerFeatures features;
    private final String group;

    PullCalls(Requests requests, BrokerFeatures features, String group) {
        this.requests = requests;
        this.features = features;
        this.group = group;
    }

    /** What a reader asks for. */
    record Wanted(
            TopicQueue queue,
            Filter filter,
            @Nullable Set<String> tags,
            @Nullable String shownTopic) {
        static Wanted of(TopicQueue queue, Filter filter) {
            Set<String> tags = Tags.of(filter);
            boolean isRetry = queue.topic().startsWith("%RETRY%");
            return new Wanted(queue, filter, tags.isEmpty() ? null : tags, isRetry ? null : queue.topic());
        }
    }

    /** Asks, and lets the broker wait for a message if there is none. */
    CompletableFuture<PullAnswer> pull(String address, Wanted wanted, long offset, long commitOffset) {
        int flag = PullMessage.FLAG_SUSPEND | PullMessage.FLAG_SUBSCRIPTION;
        flag |= commitOffset > 0 ? PullMessage.FLAG_COMMIT_OFFSET : 0;
        PullMessage request = new PullMessage(
                group,
                wanted.queue().topic(),
                wanted.queue().queueId(),
                offset,
                features.isKnownAsOurs(address) ? LIMITS_OURS : LIMITS_OTHERS,
                flag,
                Math.max(0, commitOffset),
                SUSPEND_MS,
                new PullMessage.Filter(
                        wanted.filter().expression(), wanted.filter().type().name(), 0));
        return requests.call(address, request, TIMEOUT, (fields, body) -> answer(address, wanted, fields, body));
    }

    private static PullAnswer answer(String address, Wanted wanted, HeaderFields fields, ByteBuffer body) {
        PullAnswer.Status status = switch (ResponseCode.ofNumber(fields.code()).orElse(ResponseCode.SYSTEM_ERROR)) {
            case SUCCESS -> PullAnswer.Status.FOUND;
            case PULL_NOT_FOUND -> PullAnswer.Status.NOTHING_NEW;
            case PULL_RETRY_IMMEDIATELY -> PullAnswer.Status.NOTHING_MATCHED;
            case PULL_OFFSET_MOVED -> PullAnswer.Status.OFFSET_MOVED;
            default -> throw Faults.ofAnswer(address, fields.code(), fields.remark());
        };
        List<ReceivedMessage> messages = status == PullAnswer.Status.FOUND
                ? Records.decode(body, wanted.queue(), wanted.shownTopic(), wanted.tags())
                : List.of();
        return new PullAnswer(
                status,
                fields.requiredLong("nextBeginOffset"),
                fields.longOr("suggestWhichBrokerId", 0),
                messages,
                body.remaining());
    }
}
