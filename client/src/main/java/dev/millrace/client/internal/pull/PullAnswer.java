package dev.millrace.client.internal.pull;

import dev.millrace.client.ReceivedMessage;
import java.util.List;

/**
 * What a pull brought.
 *
 * @param nextOffset where to pull next
 * @param suggestedBrokerId the copy to pull from next
 * @param bytes of the messages
 */
record PullAnswer(Status status, long nextOffset, long suggestedBrokerId, List<ReceivedMessage> messages, int bytes) {
    /** How a pull ended. */
    enum Status {
        FOUND,
        /** Nothing new within the wait. */
        NOTHING_NEW,
        /** What was looked at did not match the filter. */
        NOTHING_MATCHED,
        /** The offset is outside what is stored. */
        OFFSET_MOVED
    }
}
