package dev.millrace.client.internal.compression;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Zstandard frames (RFC 8878). Stateless. */
final class ZstdCodec implements Codec {
    static final String ARTEFACT = "com.github.luben:zstd-jni";

    private static final int LEVEL = 3;

    @Override
    public OutputStream compressing(OutputStream to, int bytes) throws IOException {
        return new ZstdOutputStream(to, LEVEL);
    }

    @Override
    public InputStream decompressing(InputStream from) throws IOException {
        return new ZstdInputStream(from);
    }
}
