package dev.millrace.client.internal.send;

import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.message.PropertyBlock;
import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The body of one multi-queue send while it grows, in a buffer that is reused, and the messages in it. Layout: {@link
 * MultiSendBody}. A change of topic starts a new group; topics may come again. {@code // hot path}
 *
 * <p>Owner: its lane's lock while it grows, then the event loop that reads the answer.
 */
final class MultiSendBatch {
    private static final byte[] HOST_UNSET = new byte[StoredMessageLayout.HOST_IPV4_LENGTH];
    private static final int RECORD_COUNT_MAX = 16_384;

    private final StoredMessageEncoder encoder = new StoredMessageEncoder();
    private final PropertyBlock properties = new PropertyBlock();
    private final int bytesMax;
    private ByteBuffer body;
    private PendingSend[] sends = new PendingSend[64];
    private int count;
    private int groupCount;
    private int groupRecordCount;
    private int groupCountAt;
    private byte @Nullable [] groupTopic;
    private long sentNanos;

    MultiSendBatch(int bytesMax) {
        this.bytesMax = bytesMax;
        this.body = ByteBuffer.allocate(bytesMax);
        clear();
    }

    /** Empties it for the next use. */
    void clear() {
        body.clear();
        body.putInt(MultiSendBody.VERSION).putInt(0);
        Arrays.fill(sends, 0, count, null);
        count = 0;
        groupCount = 0;
        groupTopic = null;
    }

    /**
     * Adds a message if it fits; a first message always fits.
     *
     * @return whether it was added
     */
    boolean add(PendingSend send, byte[] topic) {
        Outgoing out = send.out();
        properties.write(out.message(), out.uniqueId());
        int need = MultiSendBody.groupBytes(topic.length, 0)
                + StoredMessageLayout.recordBytes(0, out.body().length, topic.length, properties.length());
        boolean isNewGroup = !Arrays.equals(groupTopic, topic);
        if (count > 0
                && (body.position() + need > bytesMax
                        || count == RECORD_COUNT_MAX
                        || isNewGroup && groupCount == ProtocolLimits.MULTI_SEND_GROUPS_MAX)) {
            return false;
        }
        if (body.remaining() < need) {
            body = ByteBuffer.allocate(body.position() + need).put(body.flip());
        }
        if (isNewGroup) {
            beginGroup(topic);
        }
        encoder.encode(body, head(send), ByteBuffer.wrap(out.body()), topic, properties.view());
        groupRecordCount++;
        if (count == sends.length) {
            sends = Arrays.copyOf(sends, count * 2);
        }
        sends[count++] = send;
        return true;
    }

    private static StoredMessageEncoder.Head head(PendingSend send) {
        Outgoing out = send.out();
        return new StoredMessageEncoder.Head(
                send.target().queue().queueId(), 0, out.systemFlag(), out.bornTimeMs(), HOST_UNSET, HOST_UNSET, 0, 0);
    }

    private void beginGroup(byte[] topic) {
        endGroup();
        body.putShort((short) topic.length).put(topic);
        groupCountAt = body.position();
        body.putInt(0).putInt(0);
        groupTopic = topic;
        groupCount++;
        groupRecordCount = 0;
    }

    private void endGroup() {
        if (groupTopic != null) {
            body.putInt(groupCountAt, groupRecordCount);
            body.putInt(groupCountAt + Integer.BYTES, body.position() - groupCountAt - 2 * Integer.BYTES);
        }
    }

    /** The whole body. */
    ByteBuffer finish(long nowNanos) {
        endGroup();
        body.putInt(Integer.BYTES, groupCount);
        sentNanos = nowNanos;
        return body.duplicate().flip();
    }

    int bytes() {
        return body.position();
    }

    int count() {
        return count;
    }

    PendingSend send(int index) {
        return sends[index];
    }

    long sentNanos() {
        return sentNanos;
    }
}
