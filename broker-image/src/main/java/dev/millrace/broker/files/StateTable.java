package dev.millrace.broker.files;

import java.util.Optional;

/**
 * One table of the broker's state, kept as a whole: in a file of its own, or in the log of a broker group.
 *
 * <p>Owner: one writer.
 */
public interface StateTable<T extends Record> {
    /** What was written last; empty if nothing was. */
    Optional<T> read();

    /**
     * Replaces the content; it is as safe as it gets when this returns. Blocks, so it belongs on no event loop.
     *
     * @throws StateFileException if that fails; the old content stays
     */
    void write(T content);

    /**
     * Whether the content is in the log: then what is written lies behind all that it follows from, and nobody needs to
     * wait until the log is durable so far.
     */
    default boolean isInLog() {
        return false;
    }

    /** The content of the next write is about to be taken: what the log tells from now on may be missing in it. */
    default void capturing() {}
}
