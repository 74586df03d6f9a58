package dev.millrace.client.internal.compression;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** zlib streams (RFC 1950). Stateless. */
final class ZlibCodec implements Codec {
    private static final int LEVEL = 5;
    private static final int BUFFER_BYTES = 8192;

    @Override
    public OutputStream compressing(OutputStream to, int bytes) {
        Deflater deflater = new Deflater(LEVEL);
        return new DeflaterOutputStream(to, deflater, BUFFER_BYTES) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    deflater.end(); // a stream ends only a deflater of its own
                }
            }
        };
    }

    @Override
    public InputStream decompressing(InputStream from) {
        Inflater inflater = new Inflater();
        return new InflaterInputStream(from, inflater, BUFFER_BYTES) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    inflater.end();
                }
            }
        };
    }
}
