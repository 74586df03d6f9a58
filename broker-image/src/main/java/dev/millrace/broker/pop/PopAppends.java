package dev.millrace.broker.pop;

import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Stores events, alone or behind the message they are about, as one append.
 *
 * <p>Thread-safe. A stage completes when the table knows the events, or when they were not stored.
 */
final class PopAppends {
    private static final byte[] TOPIC = TopicNames.POP.getBytes(StandardCharsets.US_ASCII);
    private static final int HOSTS_BYTES = 2 * StoredMessageLayout.HOST_IPV6_LENGTH;

    private final MessageStore store;
    private final PopFollower follower;
    private final InstantSource clock;
    private final byte[] storeHost;

    /** @param storeHost host field of the record layout */
    PopAppends(MessageStore store, PopFollower follower, InstantSource clock, byte[] storeHost) {
        this.store = store;
        this.follower = follower;
        this.clock = clock;
        this.storeHost = storeHost;
    }

    /** A whole record for a queue, without the fields that the log fills in. */
    record Message(ByteBuffer record, QueueLog queue) {}

    /** @param mustLast whether the stage waits until the events are as safe as messages are */
    CompletableFuture<AppendOutcome> append(List<? extends PopEvent> events, boolean mustLast) {
        return append(null, events, mustLast);
    }

    /** Stores a message and the events that say so. */
    CompletableFuture<AppendOutcome> append(Message message, PopEvent event) {
        return append(message, List.of(event), true);
    }

    private CompletableFuture<AppendOutcome> append(
            @Nullable Message message, List<? extends PopEvent> events, boolean mustLast) {
        byte[] body = PopRecords.encode(events);
        int messageBytes = message == null ? 0 : message.record.remaining();
        int eventBytes = StoredMessageLayout.recordBytes(0, body.length, TOPIC.length, 0) + HOSTS_BYTES;
        Append request = new Append(message == null ? 1 : 2);
        ByteBuffer records = ByteBuffer.allocate(messageBytes + eventBytes);
        if (message != null) {
            records.put(message.record.duplicate());
            request.queues[request.count++] = message.queue;
        }
        StoredMessageEncoder.Head head =
                new StoredMessageEncoder.Head(0, 0, 0, clock.millis(), storeHost, storeHost, 0, 0);
        new StoredMessageEncoder().encode(records, head, ByteBuffer.wrap(body), TOPIC, ByteBuffer.allocate(0));
        request.queues[request.count++] = store.queue(TopicNames.POP, 0);
        request.records = records.flip();
        request.waitForDurable = mustLast;
        if (!store.append(request)) {
            return CompletableFuture.completedFuture(AppendOutcome.Throttled.INSTANCE);
        }
        return request.done;
    }

    private final class Append extends AppendRequest {
        private final CompletableFuture<AppendOutcome> done = new CompletableFuture<>();

        Append(int countMax) {
            super(countMax);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            if (outcome instanceof AppendOutcome.Appended) {
                follower.whenReached(positions[count - 1], () -> done.complete(outcome));
            } else {
                done.complete(outcome);
            }
        }
    }
}
