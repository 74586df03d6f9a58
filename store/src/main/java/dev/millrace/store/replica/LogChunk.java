package dev.millrace.store.replica;

import dev.millrace.store.LogSlice;

/** What a copy's log holds from a position on. */
public sealed interface LogChunk {
    /** Whole records, the blank record at the end of a segment among them; close the slice. */
    record Found(LogSlice slice) implements LogChunk {}

    /** The log ends at the position. */
    record AtEnd() implements LogChunk {
        public static final AtEnd INSTANCE = new AtEnd();
    }

    /**
     * Retention took what was there; the log begins at {@code minPosition}. A copy that is empty can begin there, see
     * {@code store.engine.StoreWiring.beginCopyAt}.
     */
    record Removed(long minPosition) implements LogChunk {}

    /** No record begins at the position, or it is behind the end. */
    record NoRecord(String reason) implements LogChunk {}
}
