package dev.millrace.broker.pop;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;

/**
 * What a client shows to settle a message: eight fields, separated by a space.
 *
 * <pre>
 * first offset of the take, when (ms), for how long (ms), mark, kind of topic, broker, queue id, offset of the message
 * </pre>
 *
 * Kind: 0 the topic itself, 1 or 2 its retry topic. The mark is a number by chance that no other take has; 999 in order.
 * Source: docs/protocol.md, section "Consumption by receipt".
 *
 * <p>Thread-safe: immutable.
 */
record Receipt(long start, long takenMs, long invisibleMs, int mark, String brokerName) {
    /** The mark of takes in order; clients know it. */
    static final int ORDERED = 999;

    static final char KIND_TOPIC = '0';
    static final char KIND_RETRY = '1';
    static final char KIND_RETRY_V2 = '2';

    private static final int FIELDS_MIN = 7;
    private static final int LENGTH_MAX = 1024;

    boolean isOrdered() {
        return mark == ORDERED;
    }

    /** @throws RequestFailure if this is no receipt */
    static Receipt parse(String text) {
        String[] fields = text.length() > LENGTH_MAX ? new String[0] : text.split(" ", -1);
        if (fields.length < FIELDS_MIN) {
            throw malformed(text);
        }
        try {
            return new Receipt(
                    Long.parseLong(fields[0]),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Integer.parseInt(fields[3]),
                    fields[5]);
        } catch (NumberFormatException e) {
            throw malformed(text);
        }
    }

    private static RequestFailure malformed(String text) {
        String shown = text.substring(0, Math.min(text.length(), 64));
        return new RequestFailure(
                ResponseCode.INVALID_PARAMETER,
                "'" + shown + "' is no receipt; send the POP_CK property of the message as it came");
    }

    /** The receipt of one message. */
    String text(char kind, int queueId, long offset) {
        return start + " " + takenMs + " " + invisibleMs + " " + mark + " " + kind + " " + brokerName + " " + queueId
                + " " + offset;
    }
}
