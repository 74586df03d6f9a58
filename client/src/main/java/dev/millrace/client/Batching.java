package dev.millrace.client;

import java.time.Duration;

/**
 * Collects the messages for one broker, of any queues and topics, into one request. A request leaves when it is full, or
 * when {@code linger} is over, or at once while fewer than {@code inFlightMax} requests are under way and none lingers.
 *
 * @param bytesMax bytes of one request
 * @param linger longest wait for more messages; zero: the answer of the request before is all that is waited for
 * @param inFlightMax requests to one broker that wait for their answer
 */
public record Batching(int bytesMax, Duration linger, int inFlightMax) {
    private static final int BYTES_MIN = 4 * 1024;
    private static final int BYTES_LIMIT = 8 * 1024 * 1024;

    public Batching {
        if (bytesMax < BYTES_MIN || bytesMax > BYTES_LIMIT) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "batch size " + bytesMax + " is outside " + BYTES_MIN + ".." + BYTES_LIMIT + " bytes");
        }
        if (linger.isNegative() || inFlightMax < 1) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT, "linger " + linger + " and in-flight limit " + inFlightMax);
        }
    }

    public static Batching of(int bytesMax, Duration linger, int inFlightMax) {
        return new Batching(bytesMax, linger, inFlightMax);
    }

    /** 256 KiB, no linger, 4 in flight: high throughput without waiting where there is little load. */
    public static Batching defaults() {
        return new Batching(256 * 1024, Duration.ZERO, 4);
    }
}
