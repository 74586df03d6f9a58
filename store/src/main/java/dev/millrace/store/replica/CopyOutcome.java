package dev.millrace.store.replica;

/** What became of a request to a copy's log. */
public sealed interface CopyOutcome {
    /**
     * Done.
     *
     * @param endPosition end of the log now
     */
    record Done(long endPosition) implements CopyOutcome {}

    /** Nothing changed; the reason names positions and what is wrong. */
    record Refused(String reason) implements CopyOutcome {}

    /** The store failed for good; the reason is that of its fault. */
    record Failed(String reason) implements CopyOutcome {}
}
