package dev.millrace.store;

import java.nio.ByteBuffer;

/**
 * One whole record as it stands in the log. {@link #close()} it: until then its segment stays mapped.
 *
 * <p>Owner: whoever got it.
 */
public final class LogSlice implements AutoCloseable {
    private final long position;
    private final ByteBuffer bytes;
    private final Runnable release;
    private boolean isClosed;

    /** For the store. */
    public LogSlice(long position, ByteBuffer bytes, Runnable release) {
        this.position = position;
        this.bytes = bytes;
        this.release = release;
    }

    public long position() {
        return position;
    }

    /** Read-only direct view, index 0 is the start of the record; valid until {@link #close()}. */
    public ByteBuffer bytes() {
        return bytes;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            release.run();
        }
    }
}
