package dev.millrace.store.queue;

import dev.millrace.store.file.LazyFile;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads entries of one queue, keeping the file of the last one mapped until it is closed.
 *
 * <p>Owner: whoever made it.
 */
public final class EntryCursor implements AutoCloseable {
    private final QueueFiles files;
    private @Nullable LazyFile file;
    private @Nullable ByteBuffer bytes;
    private long fileIndex = -1;
    private long position;
    private int size;
    private long tagHash;

    EntryCursor(QueueFiles files) {
        this.files = files;
    }

    /** Reads the entry at an offset; false if its file is gone. */
    public boolean read(long offset) {
        ByteBuffer source = offset / QueueEntry.PER_FILE == fileIndex ? bytes : open(offset);
        if (source == null) {
            return false;
        }
        int at = QueueEntry.byteInFile(offset);
        position = QueueEntry.position(source, at);
        size = QueueEntry.size(source, at);
        tagHash = QueueEntry.tagHash(source, at);
        return true;
    }

    public long position() {
        return position;
    }

    public int size() {
        return size;
    }

    public long tagHash() {
        return tagHash;
    }

    public boolean isFiller() {
        return size == QueueEntry.FILLER_SIZE;
    }

    @Override
    public void close() {
        LazyFile open = file;
        if (open != null) {
            open.release();
        }
        file = null;
        bytes = null;
        fileIndex = -1;
    }

    private @Nullable ByteBuffer open(long offset) {
        close();
        LazyFile next = offset < 0 ? null : files.fileOf(offset);
        ByteBuffer source = next == null ? null : next.acquire();
        if (source != null) {
            file = next;
            bytes = source;
            fileIndex = offset / QueueEntry.PER_FILE;
        }
        return source;
    }
}
