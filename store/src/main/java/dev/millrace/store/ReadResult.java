package dev.millrace.store;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a read found, all of it committed; {@link #close()} it: until then the segments under its slices stay mapped.
 *
 * <p>Owner: whoever got it.
 */
public final class ReadResult implements AutoCloseable {
    private final ReadStatus status;
    private final long nextOffset;
    private final long minOffset;
    private final long maxOffset;
    private final int count;
    private final int bytes;
    private final boolean isCold;
    private final List<ByteBuffer> slices;
    private final List<Runnable> releases;
    private boolean isClosed;

    private ReadResult(ReadStatus status, Builder builder) {
        this.status = status;
        this.nextOffset = builder.nextOffset;
        this.minOffset = builder.minOffset;
        this.maxOffset = builder.maxOffset;
        this.count = builder.count;
        this.bytes = builder.bytes;
        this.isCold = builder.isCold;
        this.slices = builder.slices;
        this.releases = builder.releases;
    }

    public ReadStatus status() {
        return status;
    }

    /** Offset to read next. */
    public long nextOffset() {
        return nextOffset;
    }

    public long minOffset() {
        return minOffset;
    }

    public long maxOffset() {
        return maxOffset;
    }

    /** Records found. */
    public int count() {
        return count;
    }

    /** Sum of the records' sizes. */
    public int bytes() {
        return bytes;
    }

    /** Read-only direct views of the log in queue order, neighbours merged; valid until {@link #close()}. */
    public List<ByteBuffer> slices() {
        return slices;
    }

    /** Whether the records are far behind the end of the log. */
    public boolean isCold() {
        return isCold;
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            releases.forEach(Runnable::run);
        }
    }

    /** For the store: collects a result. Owner: the reading thread. */
    public static final class Builder {
        private final long minOffset;
        private final long maxOffset;
        private final List<ByteBuffer> slices = new ArrayList<>(4);
        private final List<Runnable> releases = new ArrayList<>(4);
        private long nextOffset;
        private int count;
        private int bytes;
        private boolean isCold;

        public Builder(long minOffset, long maxOffset) {
            this.minOffset = minOffset;
            this.maxOffset = maxOffset;
        }

        public void addSlice(ByteBuffer slice) {
            slices.add(slice);
        }

        public void addRelease(Runnable release) {
            releases.add(release);
        }

        public void addRecord(int size) {
            count++;
            bytes += size;
        }

        public int count() {
            return count;
        }

        public int bytes() {
            return bytes;
        }

        public void setCold() {
            isCold = true;
        }

        public ReadResult end(ReadStatus status, long next) {
            nextOffset = next;
            return new ReadResult(status, this);
        }
    }
}
