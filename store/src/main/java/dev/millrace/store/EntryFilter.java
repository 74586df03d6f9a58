package dev.millrace.store;

import java.nio.ByteBuffer;

/** Chooses entries of a read, first by tag hash, then by the record. Called on the reading thread. */
@FunctionalInterface
public interface EntryFilter {
    EntryFilter ALL = tagHash -> true;

    /** @param tagHash hash of the message's tag, 0 without a tag */
    boolean accepts(long tagHash);

    /** @param record read only, its position to its limit is one record; valid during the call */
    default boolean acceptsRecord(ByteBuffer record) {
        return true;
    }
}
