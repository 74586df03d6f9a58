package dev.millrace.broker.pop;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a record in {@code rmq_sys_millrace_pop}: events one after the other, all integers big endian.
 *
 * <pre>
 * length  field
 * 1       version of the body, 1
 * then for each event:
 * 1       kind: 1 taken, 2 settled, 3 renewed, 4 counted (in the saved table only)
 * 2 + n   consumer group: length, UTF-8
 * 2 + n   topic: length, UTF-8
 * 4       queue id
 * 8       first offset of the take
 * 8       when it was taken, ms since the epoch
 * 4       mark
 * taken:    8 next offset, 8 invisible time in ms, 2 + n attempt id (empty: none), 1 count, 4 each: distances
 * settled:  4 bits
 * renewed:  1 index, 8 when in ms since the epoch, 8 invisible time in ms
 * counted:  1 count, 4 each: deliveries before
 * </pre>
 *
 * A reader refuses other versions and kinds. The record's CRC covers the body. Source: docs/storage-format.md, section
 * "Consumption by receipt".
 *
 * <p>Thread-safe: stateless.
 */
final class PopRecords {
    private static final byte VERSION = 1;
    private static final byte TAKEN = 1;
    private static final byte SETTLED = 2;
    private static final byte RENEWED = 3;
    private static final byte COUNTED = 4;
    private static final int FIXED_BYTES_MAX = 64;

    private PopRecords() {}

    static byte[] encode(List<? extends PopEvent> events) {
        int bytes = 1;
        for (PopEvent event : events) {
            bytes += FIXED_BYTES_MAX + bytesOf(event.queue().consumerGroup());
            bytes += bytesOf(event.queue().topic());
            if (event instanceof PopEvent.Taken taken) {
                bytes += PopEvent.Taken.COUNT_MAX * Integer.BYTES + bytesOf(text(taken.attemptId()));
            } else if (event instanceof PopEvent.Counted) {
                bytes += PopEvent.Taken.COUNT_MAX * Integer.BYTES;
            }
        }
        ByteBuffer target = ByteBuffer.allocate(bytes).put(VERSION);
        events.forEach(event -> encode(target, event));
        byte[] body = new byte[target.flip().remaining()];
        target.get(body);
        return body;
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static int bytesOf(String text) {
        return Short.BYTES + text.length() * 3;
    }

    private static void encode(ByteBuffer target, PopEvent event) {
        switch (event) {
            case PopEvent.Taken taken -> {
                head(target, TAKEN, event);
                target.putLong(taken.next()).putLong(taken.invisibleMs());
                put(target, text(taken.attemptId()));
                put(target, taken.distances());
            }
            case PopEvent.Settled settled -> {
                head(target, SETTLED, event);
                target.putInt(settled.bits());
            }
            case PopEvent.Renewed renewed -> {
                head(target, RENEWED, event);
                target.put((byte) renewed.index()).putLong(renewed.nowMs()).putLong(renewed.invisibleMs());
            }
            case PopEvent.Counted counted -> {
                head(target, COUNTED, event);
                put(target, counted.counts());
            }
        }
    }

    private static void head(ByteBuffer target, byte kind, PopEvent event) {
        target.put(kind);
        put(target, event.queue().consumerGroup());
        put(target, event.queue().topic());
        target.putInt(event.queue().queueId()).putLong(event.start());
        target.putLong(event.takenMs()).putInt(event.mark());
    }

    private static void put(ByteBuffer target, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putShort((short) bytes.length).put(bytes);
    }

    private static void put(ByteBuffer target, int[] numbers) {
        target.put((byte) numbers.length);
        for (int number : numbers) {
            target.putInt(number);
        }
    }

    /** @throws IllegalArgumentException if these are not the bytes of whole events */
    static List<PopEvent> decode(byte[] body) {
        ByteBuffer source = ByteBuffer.wrap(body);
        List<PopEvent> events = new ArrayList<>();
        try {
            byte version = source.get();
            if (version != VERSION) {
                throw new IllegalArgumentException("version " + version + " where " + VERSION + " is known");
            }
            while (source.hasRemaining()) {
                events.add(event(source));
            }
        } catch (BufferUnderflowException | NegativeArraySizeException e) {
            throw new IllegalArgumentException("event " + events.size() + " is cut at " + body.length + " bytes", e);
        }
        return events;
    }

    private static PopEvent event(ByteBuffer source) {
        byte kind = source.get();
        QueueKey queue = new QueueKey(text(source), text(source), source.getInt());
        long start = source.getLong();
        long takenMs = source.getLong();
        int mark = source.getInt();
        return switch (kind) {
            case TAKEN -> taken(source, queue, start, takenMs, mark);
            case SETTLED -> new PopEvent.Settled(queue, start, takenMs, mark, source.getInt());
            case RENEWED -> {
                int index = source.get();
                yield new PopEvent.Renewed(queue, start, takenMs, mark, index, source.getLong(), source.getLong());
            }
            case COUNTED -> new PopEvent.Counted(queue, start, takenMs, mark, numbers(source));
            default -> throw new IllegalArgumentException("kind " + kind + " is unknown");
        };
    }

    private static PopEvent.Taken taken(ByteBuffer source, QueueKey queue, long start, long takenMs, int mark) {
        long next = source.getLong();
        long invisibleMs = source.getLong();
        String attemptId = text(source);
        int[] distances = numbers(source);
        return new PopEvent.Taken(
                queue, start, takenMs, mark, next, invisibleMs, distances, attemptId.isEmpty() ? null : attemptId);
    }

    private static int[] numbers(ByteBuffer source) {
        int[] numbers = new int[source.get()];
        if (numbers.length > PopEvent.Taken.COUNT_MAX) {
            throw new IllegalArgumentException(numbers.length + " messages in one take");
        }
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = source.getInt();
        }
        return numbers;
    }

    private static String text(ByteBuffer source) {
        byte[] bytes = new byte[source.getShort()];
        source.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
