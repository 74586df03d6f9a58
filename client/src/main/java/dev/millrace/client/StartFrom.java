package dev.millrace.client;

import java.time.Instant;

/**
 * Where a group starts in a queue for which no offset is stored.
 *
 * @param time used with {@link Kind#TIME}
 */
public record StartFrom(Kind kind, Instant time) {
    /** The oldest message that is stored. */
    public static final StartFrom FIRST = new StartFrom(Kind.FIRST, Instant.EPOCH);
    /** The next message that arrives. */
    public static final StartFrom LAST = new StartFrom(Kind.LAST, Instant.EPOCH);

    /** The three starts. */
    public enum Kind {
        FIRST,
        LAST,
        TIME
    }

    /** The first message stored at this time or later. */
    public static StartFrom time(Instant time) {
        return new StartFrom(Kind.TIME, time);
    }
}
