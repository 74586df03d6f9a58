package dev.millrace.broker.send;

import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Stores messages that the broker itself writes: again later, to another topic, with other properties.
 *
 * <p>Thread-safe.
 */
public final class InternalSends {
    private final MessageStore store;
    private final byte[] storeHost;

    /** @param storeHost host field of the record layout */
    public InternalSends(MessageStore store, byte[] storeHost) {
        this.store = store;
        this.storeHost = storeHost;
    }

    /** Where a message goes, and what changes on the way. */
    public record Target(String topic, int queueId, Map<String, String> properties, int timesConsumed) {}

    /** What became of it, and where it is; -1 twice if it is not in the log. */
    public record Stored(AppendOutcome outcome, long queueOffset, long position) {
        static Stored not(AppendOutcome outcome) {
            return new Stored(outcome, -1, -1);
        }
    }

    /** As {@link #store}, for those who need not know where it is. */
    public CompletableFuture<AppendOutcome> append(StoredMessage message, Target target) {
        return store(message, target).thenApply(Stored::outcome);
    }

    /** Stores a copy of a message; the stage completes when it is in the log, and with {@code Sync} flush on disk. */
    public CompletableFuture<Stored> store(StoredMessage message, Target target) {
        byte[] topic = target.topic.getBytes(StandardCharsets.UTF_8);
        ByteBuffer properties =
                ByteBuffer.wrap(MessageProperties.encode(target.properties).getBytes(StandardCharsets.UTF_8));
        byte[] bornHost = OffsetMessageId.hostField(message.born().host());
        int hostBytes = 2 * StoredMessageLayout.HOST_IPV6_LENGTH;
        ByteBuffer record = ByteBuffer.allocate(StoredMessageLayout.recordBytes(
                        message.systemFlag(), message.body().length, topic.length, properties.remaining())
                + hostBytes);
        StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(
                target.queueId,
                message.flag(),
                message.systemFlag(),
                message.born().timeMs(),
                bornHost,
                storeHost,
                target.timesConsumed,
                0);
        new StoredMessageEncoder().encode(record, head, ByteBuffer.wrap(message.body()), topic, properties);
        Internal request = new Internal();
        request.records = record.flip();
        request.count = 1;
        request.queues[0] = store.queue(target.topic, target.queueId);
        if (!store.append(request)) {
            return CompletableFuture.completedFuture(Stored.not(AppendOutcome.Throttled.INSTANCE));
        }
        return request.done;
    }

    private static final class Internal extends AppendRequest {
        private final CompletableFuture<Stored> done = new CompletableFuture<>();

        Internal() {
            super(1);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            done.complete(
                    outcome instanceof AppendOutcome.Appended
                            ? new Stored(outcome, queueOffsets[0], positions[0])
                            : Stored.not(outcome));
        }
    }
}
