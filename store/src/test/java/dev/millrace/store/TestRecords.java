package dev.millrace.store;

import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Encodes records for tests. */
public final class TestRecords {
    private static final byte[] HOST = {127, 0, 0, 1, 0, 0, 42, (byte) 159};
    private static final StoredMessageEncoder ENCODER = new StoredMessageEncoder();

    private TestRecords() {}

    public static ByteBuffer record(String topic, int queueId, String body, String properties) {
        return record(topic, queueId, 0, body.getBytes(StandardCharsets.UTF_8), properties);
    }

    /** Properties are written {@code NAME=value;NAME=value}. */
    public static synchronized ByteBuffer record(
            String topic, int queueId, int systemFlag, byte[] body, String properties) {
        byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        byte[] block = properties.isEmpty()
                ? new byte[0]
                : (properties.replace('=', '\u0001').replace(';', '\u0002') + "\u0002")
                        .getBytes(StandardCharsets.UTF_8);
        ByteBuffer target = ByteBuffer.allocate(
                StoredMessageLayout.recordBytes(systemFlag, body.length, topicBytes.length, block.length));
        StoredMessageEncoder.Head head =
                new StoredMessageEncoder.Head(queueId, 0, systemFlag, 1_700_000_000_000L, HOST, HOST, 0, 0);
        ENCODER.encode(target, head, ByteBuffer.wrap(body), topicBytes, ByteBuffer.wrap(block));
        return target.flip();
    }
}
