package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/**
 * A record of the log as a {@link LogFollower} sees it; valid during the call.
 *
 * <p>Owner: the thread that calls the follower.
 */
public interface LogRecord {
    long position();

    /** Bytes of the whole record. */
    int size();

    int systemFlag();

    int queueId();

    long queueOffset();

    /** Ms since the epoch. */
    long storeTimeMs();

    /** Position of the record that this one settles: the half message of a committed one; 0 if there is none. */
    long preparedPosition();

    boolean isTopic(byte[] utf8);

    String topic();

    /** Ms since the epoch, by the sender's clock. */
    long bornTimeMs();

    /** A copy of the body as stored. */
    byte[] body();

    /** A property's value, null without one. */
    @Nullable
    String property(byte[] name);
}
