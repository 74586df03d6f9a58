package dev.millrace.broker.transaction;

import dev.millrace.broker.send.DeliveryTimes;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.DelayLevels;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Writes what settles a half message. Each settlement is one append: the record that counts, then RocketMQ's op message,
 * which names the half's queue offset. A log that ends between the two holds the whole truth for us: the first record's
 * prepared position names the half.
 *
 * <p>Thread-safe.
 */
final class Settlements {
    private static final byte[] OP_TOPIC = TopicNames.HALF_OP.getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OP_PROPERTIES =
            MessageProperties.encode(Map.of(PropertyNames.TAGS, "d")).getBytes(StandardCharsets.US_ASCII);

    private final MessageStore store;
    private final InstantSource clock;
    private final byte[] storeHost;

    /** @param storeHost host field of the record layout */
    Settlements(MessageStore store, InstantSource clock, byte[] storeHost) {
        this.store = store;
        this.clock = clock;
        this.storeHost = storeHost;
    }

    /** Where a copy of a half message goes. */
    private record Target(String topic, int queueId, int transactionBits, long preparedPosition) {}

    private static final class Append extends AppendRequest {
        private final CompletableFuture<AppendOutcome> done = new CompletableFuture<>();

        Append(int countMax) {
            super(countMax);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            done.complete(outcome);
        }
    }

    /** Stores the message where consumers see it. */
    CompletableFuture<AppendOutcome> commit(HalfRecord half) {
        Destination to = Destination.of(half);
        int level = DelayLevels.parse(half.property(PropertyNames.DELAY));
        int bits = SystemFlags.TRANSACTION_COMMIT;
        if (level > 0) {
            int queueId = DelayLevels.queueId(level);
            Target schedule = new Target(TopicNames.SCHEDULE, queueId, bits, half.position());
            return append(half, schedule, half.propertyBytes());
        }
        Map<String, String> properties = half.properties();
        properties.remove(PropertyNames.TRANSACTION_SINCE_MS);
        properties.remove(PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET);
        long dueMs = DeliveryTimes.dueMsAfterCommit(properties, clock.millis());
        if (dueMs > 0) {
            properties.put(PropertyNames.TIMER_DUE_MS, Long.toString(dueMs));
            return append(half, new Target(TopicNames.TIMER, 0, bits, half.position()), encoded(properties));
        }
        properties.remove(PropertyNames.REAL_TOPIC);
        properties.remove(PropertyNames.REAL_QUEUE_ID);
        return append(half, new Target(to.topic(), to.queueId(), bits, half.position()), encoded(properties));
    }

    /** Stores only that the half message is dealt with. */
    CompletableFuture<AppendOutcome> rollBack(HalfRecord half) {
        ByteBuffer records = ByteBuffer.allocate(opBytes(half));
        Append request = new Append(1);
        putOp(request, records, half);
        return submit(request, records);
    }

    /**
     * Stores the half message again at the end of the log, in place of the old one.
     *
     * @param sinceMs when it was first stored
     */
    CompletableFuture<AppendOutcome> renew(HalfRecord half, int checkCount, long sinceMs) {
        Map<String, String> properties = half.properties();
        properties.putIfAbsent(PropertyNames.TRANSACTION_PREPARED_QUEUE_OFFSET, Long.toString(half.queueOffset()));
        properties.put(PropertyNames.TRANSACTION_CHECK_TIMES, Integer.toString(checkCount));
        properties.put(PropertyNames.TRANSACTION_SINCE_MS, Long.toString(sinceMs));
        return append(half, new Target(TopicNames.HALF, 0, 0, half.position()), orAsTheyWere(half, properties));
    }

    /** Stores the half message where people can look at it. */
    CompletableFuture<AppendOutcome> giveUp(HalfRecord half, int checkCount) {
        Map<String, String> properties = half.properties();
        properties.put(PropertyNames.TRANSACTION_CHECK_TIMES, Integer.toString(checkCount));
        return append(
                half, new Target(TopicNames.HALF_GIVEN_UP, 0, 0, half.position()), orAsTheyWere(half, properties));
    }

    /** Another broker may have taken a half without room for more properties: it must not be tried for ever. */
    private static ByteBuffer orAsTheyWere(HalfRecord half, Map<String, String> properties) {
        ByteBuffer encoded = encoded(properties);
        return encoded.remaining() <= StoredMessageLayout.PROPERTIES_LENGTH_MAX ? encoded : half.propertyBytes();
    }

    private static ByteBuffer encoded(Map<String, String> properties) {
        return ByteBuffer.wrap(MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8));
    }

    /** The record as a producer that is asked gets it: with the topic and queue it is meant for. */
    ByteBuffer question(HalfRecord half) {
        Destination to = Destination.of(half);
        Target target = new Target(to.topic(), to.queueId(), 0, 0);
        ByteBuffer record = ByteBuffer.allocate(recordBytes(half, target, half.propertyBytes()));
        encode(record, half, target, half.propertyBytes());
        StoredMessageLayout.putQueueOffset(record, 0, half.queueOffset());
        StoredMessageLayout.putPosition(record, 0, half.position());
        StoredMessageLayout.putStoreTimeMs(record, 0, StoredMessageLayout.storeTimeMs(half.bytes(), 0));
        return record.flip();
    }

    private CompletableFuture<AppendOutcome> append(HalfRecord half, Target target, ByteBuffer properties) {
        if (properties.remaining() > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            return CompletableFuture.completedFuture(
                    new AppendOutcome.TooLarge(properties.remaining(), StoredMessageLayout.PROPERTIES_LENGTH_MAX));
        }
        ByteBuffer records = ByteBuffer.allocate(recordBytes(half, target, properties) + opBytes(half));
        Append request = new Append(2);
        encode(records, half, target, properties);
        request.queues[request.count++] = store.queue(target.topic, target.queueId);
        putOp(request, records, half);
        return submit(request, records);
    }

    private CompletableFuture<AppendOutcome> submit(Append request, ByteBuffer records) {
        request.records = records.flip();
        if (!store.append(request)) {
            return CompletableFuture.completedFuture(AppendOutcome.Throttled.INSTANCE);
        }
        return request.done;
    }

    private int recordBytes(HalfRecord half, Target target, ByteBuffer properties) {
        return StoredMessageLayout.recordBytes(
                half.systemFlag() | SystemFlags.STORE_HOST_IPV6,
                half.body().remaining(),
                target.topic.getBytes(StandardCharsets.UTF_8).length,
                properties.remaining());
    }

    private void encode(ByteBuffer records, HalfRecord half, Target target, ByteBuffer properties) {
        ByteBuffer bytes = half.bytes();
        int systemFlag = half.systemFlag() & ~SystemFlags.TRANSACTION_MASK | target.transactionBits;
        StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(
                target.queueId,
                StoredMessageLayout.flag(bytes, 0),
                systemFlag,
                half.bornTimeMs(),
                half.bornHost(),
                storeHost,
                StoredMessageLayout.timesConsumed(bytes, 0),
                target.preparedPosition);
        new StoredMessageEncoder()
                .encode(records, head, half.body(), target.topic.getBytes(StandardCharsets.UTF_8), properties);
    }

    private static byte[] opBody(HalfRecord half) {
        return Long.toString(half.queueOffset()).getBytes(StandardCharsets.US_ASCII);
    }

    private static int opBytes(HalfRecord half) {
        return StoredMessageLayout.recordBytes(
                SystemFlags.BORN_HOST_IPV6 | SystemFlags.STORE_HOST_IPV6,
                opBody(half).length,
                OP_TOPIC.length,
                OP_PROPERTIES.length);
    }

    private void putOp(Append request, ByteBuffer records, HalfRecord half) {
        StoredMessageEncoder.Head head =
                new StoredMessageEncoder.Head(0, 0, 0, clock.millis(), storeHost, storeHost, 0, 0);
        new StoredMessageEncoder()
                .encode(records, head, ByteBuffer.wrap(opBody(half)), OP_TOPIC, ByteBuffer.wrap(OP_PROPERTIES));
        request.queues[request.count++] = store.queue(TopicNames.HALF_OP, 0);
    }
}
