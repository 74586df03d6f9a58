package dev.millrace.client.internal.message;

import dev.millrace.client.Message;

/**
 * A message made ready: its id and the body as it travels. The same for all attempts to send it. Immutable.
 *
 * @param body as it travels, compressed if the flag says so
 */
public record Outgoing(Message message, String uniqueId, byte[] body, int systemFlag, long bornTimeMs) {
    private static final int OVERHEAD_BYTES = 256;

    /** About how much memory it holds. */
    public int bytes() {
        return body.length + OVERHEAD_BYTES;
    }
}
