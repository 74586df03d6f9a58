package dev.millrace.broker.delay;

import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends records that settle messages which are held back, many in one request. Bounded: a few requests under way, so
 * that senders find room in the store's inbox however many messages are due.
 *
 * <p>Owner: the delays thread.
 */
final class TimerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TimerWriter.class);
    private static final int UNDER_WAY_MAX = 8;
    private static final int BATCH_BYTES_MAX = 256 * 1024;
    /** A batch fits a small segment too. */
    private static final int SEGMENT_SHARE = 8;

    private static final long RETRY_MS = 100;

    private final MessageStore store;
    private final byte[] storeHost;
    private final int batchBytes;
    private final StoredMessageEncoder encoder = new StoredMessageEncoder();
    private final ArrayDeque<TimerAppend> underWay = new ArrayDeque<>();
    private final ArrayDeque<TimerAppend> free = new ArrayDeque<>();
    private @Nullable TimerAppend open;
    private long retryAtMs;
    private long settledCount;

    /** Where a record goes and which one it settles. */
    record Target(QueueLog queue, Map<String, String> properties, long dueMs, long settles) {}

    TimerWriter(MessageStore store, byte[] storeHost, long segmentBytes) {
        this.store = store;
        this.storeHost = storeHost;
        this.batchBytes = (int) Math.min(BATCH_BYTES_MAX, segmentBytes / SEGMENT_SHARE);
    }

    /** Records that settled a message since the start. */
    long settledCount() {
        return settledCount;
    }

    /** Whether a record may be added now. */
    boolean hasRoom(long nowMs) {
        return underWay.size() < UNDER_WAY_MAX && nowMs >= retryAtMs;
    }

    /** Adds a copy of a message. */
    void add(StoredMessage message, Target target, TimerLedger ledger, long nowMs) {
        byte[] topic = target.queue.topic().getBytes(StandardCharsets.UTF_8);
        byte[] properties = MessageProperties.encode(target.properties).getBytes(StandardCharsets.UTF_8);
        if (properties.length > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            properties = MessageProperties.encode(message.properties()).getBytes(StandardCharsets.UTF_8);
        }
        int bytes = StoredMessageLayout.recordBytes(
                        message.systemFlag(), message.body().length, topic.length, properties.length)
                + 2 * StoredMessageLayout.HOST_IPV6_LENGTH;
        TimerAppend batch = batchFor(bytes, ledger, nowMs);
        encoder.encode(
                batch.records,
                new StoredMessageEncoder.Head(
                        target.queue.queueId(),
                        message.flag(),
                        message.systemFlag(),
                        message.born().timeMs(),
                        OffsetMessageId.hostField(message.born().host()),
                        storeHost,
                        message.timesConsumed(),
                        target.settles == 0 ? TimerFollower.FIRST_RECORD : target.settles),
                ByteBuffer.wrap(message.body()),
                topic,
                ByteBuffer.wrap(properties));
        batch.queues[batch.count] = target.queue;
        batch.dueMs[batch.count] = target.dueMs;
        batch.settles[batch.count] = target.settles;
        batch.count++;
    }

    private TimerAppend batchFor(int bytes, TimerLedger ledger, long nowMs) {
        TimerAppend present = open;
        if (present != null && (present.count == TimerAppend.COUNT_MAX || present.records.remaining() < bytes)) {
            flush(ledger, nowMs);
            present = null;
        }
        if (present == null) {
            TimerAppend pooled = bytes <= batchBytes ? free.poll() : null;
            present = pooled != null ? pooled : new TimerAppend(Math.max(bytes, batchBytes));
            present.clear();
            open = present;
        }
        return present;
    }

    /** Hands over what was added. */
    void flush(TimerLedger ledger, long nowMs) {
        TimerAppend batch = open;
        if (batch == null || batch.count == 0) {
            return;
        }
        open = null;
        batch.records.flip();
        if (store.append(batch)) {
            underWay.add(batch);
        } else {
            giveBack(batch, ledger, nowMs);
            recycle(batch);
        }
    }

    /** Looks what became of the requests under way; gives the number that ended. */
    int complete(TimerLedger ledger, long nowMs) {
        int ended = 0;
        TimerAppend first = underWay.peek();
        while (first != null) {
            AppendOutcome outcome = first.outcome();
            if (outcome == null) {
                break;
            }
            underWay.remove();
            ended++;
            end(first, outcome, ledger, nowMs);
            recycle(first);
            first = underWay.peek();
        }
        return ended;
    }

    private void end(TimerAppend batch, AppendOutcome outcome, TimerLedger ledger, long nowMs) {
        switch (outcome) {
            case AppendOutcome.Appended appended -> settledCount += batch.count;
            case AppendOutcome.TooLarge tooLarge -> tooLarge(batch, tooLarge, ledger, nowMs);
            case AppendOutcome.Throttled throttled -> giveBack(batch, ledger, nowMs);
            case AppendOutcome.QueueDeleted deleted -> giveBack(batch, ledger, nowMs);
            case AppendOutcome.NotWritable refused -> giveBack(batch, ledger, nowMs);
            case AppendOutcome.NotMaster replica -> giveBack(batch, ledger, nowMs);
            case AppendOutcome.MastershipEnded unknown -> giveBack(batch, ledger, nowMs);
            case AppendOutcome.Failed failed -> giveBack(batch, ledger, nowMs);
        }
    }

    /** A record that is too large alone stays claimed: it would be tried for ever. */
    private void tooLarge(TimerAppend batch, AppendOutcome.TooLarge refused, TimerLedger ledger, long nowMs) {
        if (batch.count > 1) {
            giveBack(batch, ledger, nowMs);
            return;
        }
        LOG.atError()
                .addKeyValue("position", batch.settles[0])
                .log(
                        "a message that is due has {} bytes, more than {}; raise store.record-size-max and restart",
                        refused.bytes(),
                        refused.bytesMax());
    }

    private void giveBack(TimerAppend batch, TimerLedger ledger, long nowMs) {
        retryAtMs = nowMs + RETRY_MS;
        for (int i = 0; i < batch.count; i++) {
            ledger.unclaim(batch.dueMs[i], batch.settles[i]);
        }
    }

    private void recycle(TimerAppend batch) {
        if (batch.records.capacity() == batchBytes && free.size() < UNDER_WAY_MAX) {
            free.add(batch);
        }
    }
}
