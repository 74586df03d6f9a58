package dev.millrace.store;

import java.lang.foreign.MemorySegment;

/** A whole file in memory. Thread-safe as far as its users keep to different bytes. */
public interface MappedFile extends AutoCloseable {
    /** Valid until {@link #close()}; later access throws. */
    MemorySegment memory();

    /** Returns when these bytes are durable; a failure is final for them. */
    void force(long from, long length);

    /**
     * Hint that these bytes, which are zero and which nobody else touches now, are about to be written: makes the first
     * write to each page cheap. Fails like a write.
     */
    void expectWrites(long from, long length);

    /**
     * Sparse files: makes sure that these bytes have their blocks, so that writing to them cannot fail for want of space.
     * Cheap where they have. Called by the one thread that writes them.
     *
     * @throws DiskFullException if there is no space
     */
    void reserve(long from, long length);

    /** Unmaps; the file stays. */
    @Override
    void close();
}
