package dev.millrace.client.internal.compression;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;

/** LZ4 frames. Stateless. */
final class Lz4Codec implements Codec {
    static final String ARTEFACT = "at.yawk.lz4:lz4-java";

    @Override
    public OutputStream compressing(OutputStream to, int bytes) throws IOException {
        return new LZ4FrameOutputStream(to, blockSize(bytes));
    }

    /** The stream has a buffer of a block: not four megabytes for a small body. */
    private static BLOCKSIZE blockSize(int bytes) {
        if (bytes <= 64 * 1024) {
            return BLOCKSIZE.SIZE_64KB;
        }
        return bytes <= 1024 * 1024 ? BLOCKSIZE.SIZE_1MB : BLOCKSIZE.SIZE_4MB;
    }

    @Override
    public InputStream decompressing(InputStream from) throws IOException {
        return new LZ4FrameInputStream(from);
    }
}
