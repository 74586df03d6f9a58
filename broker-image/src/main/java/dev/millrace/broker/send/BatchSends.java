package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Window;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.store.QueueLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Stores a batch of one queue: each entry becomes a record of its own, all in one append.
 *
 * <pre>
 * offset  length  field of an entry
 * 0       4       bytes of the entry, this field included
 * 4       12      ignored: magic, CRC
 * 12      4       flag
 * 16      4       body length, then the body
 * ..      2       properties length, then the properties
 * </pre>
 *
 * <p>Owner: the event loop of the connection. Source: docs/protocol.md, section "Send".
 */
final class BatchSends {
    private static final int ENTRY_BYTES_MIN = 22;
    private static final int FLAG_OFFSET = 12;
    private static final int BODY_LENGTH_OFFSET = 16;
    private static final byte[] DELAY = RecordComposer.ascii(PropertyNames.DELAY);
    private static final byte[] TRANSACTION = RecordComposer.ascii(PropertyNames.TRANSACTION_PREPARED);
    private static final int RECORD_OVERHEAD_BYTES = 512;

    private final SendParts parts;

    BatchSends(SendParts parts) {
        this.parts = parts;
    }

    private record Entry(int flag, ByteBuffer body, ByteBuffer properties) {}

    /**
     * Null if it is on its way, else what has to be done first, where that may block.
     *
     * @param isFetched whether that was done
     */
    @Nullable
    Runnable append(SendMessage send, TopicConfig topic, Caller caller, boolean isFetched) {
        if (TopicNames.isRetry(send.topic())) {
            throw illegal("a batch to a retry topic is not allowed");
        }
        List<Entry> entries = entries(send.body());
        int queueId = Targets.queueId(topic, send.queueId());
        LoopStates.LoopState loop = parts.loops().current();
        byte[] topicBytes = parts.targets().bytes(send.topic());
        byte[] bornHost = loop.bornHost(caller.connection());
        ByteBuffer records = ByteBuffer.allocate(
                send.body().remaining() + entries.size() * (RECORD_OVERHEAD_BYTES + topicBytes.length));
        SendRequest request =
                new SendRequest(entries.size(), records, parts.loops().storeHost(), null);
        QueueLog queue = parts.store().queue(send.topic(), queueId);
        StringJoiner uniqueIds = new StringJoiner(",");
        Window window = parts.targets().window(topic);
        List<@Nullable String> keys = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            SendHandler.checkBody(entry.body.remaining(), parts.bodyBytesMax());
            RecordComposer composer = loop.composer();
            composer.properties(entry.properties);
            if (composer.property(DELAY) != null
                    || composer.property(TRANSACTION) != null
                    || DeliveryTimes.isTimed(composer)) {
                throw illegal("entry " + i + " is delayed or part of a transaction; send it alone");
            }
            composer.encode(
                    records,
                    new RecordComposer.Parts(
                            queueId,
                            bornHost,
                            send.origin().systemFlag() & ~SystemFlags.TRANSACTION_MASK,
                            entry.flag,
                            send.origin().bornTimeMs(),
                            send.retry().timesConsumed()),
                    entry.body,
                    topicBytes);
            request.queues[i] = queue;
            uniqueIds.add(String.valueOf(composer.uniqueId()));
            if (window != null) {
                keys.add(composer.property(window.keyName()));
            }
        }
        if (window != null && !isFetched && keys.stream().anyMatch(key -> key != null && window.mayBlock(key))) {
            return () -> keys.stream().filter(Objects::nonNull).forEach(window::fetch);
        }
        records.flip();
        request.count = entries.size();
        request.answer(caller.to(), queueId, uniqueIds.toString());
        if (window == null) {
            SendHandler.submit(parts.store(), request, caller);
        } else {
            SendHandler.submit(parts.store(), request, keepNew(request, window, keys, queueId), caller);
        }
        parts.counters().sent(entries.size(), send.body().remaining());
        return null;
    }

    /** Takes the records out of a request that repeat earlier messages. */
    private static Repeats keepNew(SendRequest request, Window window, List<@Nullable String> keys, int queueId) {
        Repeats repeats = new Repeats();
        ByteBuffer records = request.records;
        int kept = 0;
        int from = 0;
        for (String key : keys) {
            int size = StoredMessageLayout.totalSize(records, from);
            if (repeats.take(window, key, queueId, 0)) {
                records.put(kept, records, from, size);
                kept += size;
            }
            from += size;
        }
        records.limit(kept);
        request.count = repeats.recordCount();
        return repeats;
    }

    private static List<Entry> entries(ByteBuffer body) {
        List<Entry> entries = new ArrayList<>();
        int at = body.position();
        int end = body.limit();
        while (at < end) {
            int size = end - at < ENTRY_BYTES_MIN ? -1 : body.getInt(at);
            if (size < ENTRY_BYTES_MIN || size > end - at) {
                throw illegal("entry " + entries.size() + " says it has " + size + " bytes where " + (end - at)
                        + " are left");
            }
            int bodyLength = body.getInt(at + BODY_LENGTH_OFFSET);
            int room = size - ENTRY_BYTES_MIN;
            int bodyStart = at + BODY_LENGTH_OFFSET + Integer.BYTES;
            int propertiesLength =
                    bodyLength < 0 || bodyLength > room ? -1 : body.getShort(bodyStart + bodyLength) & 0xFFFF;
            if (propertiesLength < 0 || bodyLength + propertiesLength > room) {
                throw illegal("entry " + entries.size() + " of " + size + " bytes has a body of " + bodyLength
                        + " and properties of " + propertiesLength + " bytes");
            }
            entries.add(new Entry(
                    body.getInt(at + FLAG_OFFSET),
                    body.slice(bodyStart, bodyLength),
                    body.slice(bodyStart + bodyLength + Short.BYTES, propertiesLength)));
            at += size;
        }
        if (entries.isEmpty()) {
            throw illegal("it has no entry");
        }
        return entries;
    }

    private static RequestFailure illegal(String what) {
        return new RequestFailure(ResponseCode.MESSAGE_ILLEGAL, "the batch is illegal: " + what);
    }
}
