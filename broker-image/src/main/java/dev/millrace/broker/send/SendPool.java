package dev.millrace.broker.send;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Requests for single messages, used again and again.
 *
 * <p>Owner: one event loop. Bounded: keeps at most {@code POOLED_MAX} requests of {@code BUFFER_BYTES}.
 */
final class SendPool {
    /** Records up to this size use a pooled request; larger ones get a buffer of their own. */
    static final int BUFFER_BYTES = 4096;

    private static final int POOLED_MAX = 1024;

    private final ArrayDeque<SendRequest> free = new ArrayDeque<>();
    private final byte[] storeHost;

    SendPool(byte[] storeHost) {
        this.storeHost = storeHost;
    }

    /** A request whose buffer is empty and has room for {@code recordBytes}. */
    SendRequest take(int recordBytes) {
        SendRequest request = recordBytes > BUFFER_BYTES
                ? new SendRequest(1, ByteBuffer.allocate(recordBytes), storeHost, null)
                : pooled();
        request.records.clear();
        request.count = 1;
        return request;
    }

    private SendRequest pooled() {
        SendRequest request = free.poll();
        return request == null ? new SendRequest(1, ByteBuffer.allocate(BUFFER_BYTES), storeHost, this) : request;
    }

    void give(SendRequest request) {
        if (free.size() < POOLED_MAX) {
            free.push(request);
        }
    }
}
