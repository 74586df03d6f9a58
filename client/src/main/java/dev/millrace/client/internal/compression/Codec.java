package dev.millrace.client.internal.compression;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** One way to compress, as streams. A library that is missing shows as a {@link LinkageError}. Stateless. */
interface Codec {
    /** A stream that compresses what is written to it; {@code bytes} will be. */
    OutputStream compressing(OutputStream to, int bytes) throws IOException;

    InputStream decompressing(InputStream from) throws IOException;

    default byte[] compress(byte[] body) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 2 + 64);
        try (OutputStream stream = compressing(out, body.length)) {
            stream.write(body);
        }
        return out.toByteArray();
    }

    /** @throws IOException if these are no bytes of this codec, or more than {@code bytesMax} come out */
    default byte[] decompress(byte[] body, int bytesMax) throws IOException {
        try (InputStream stream = decompressing(new ByteArrayInputStream(body))) {
            byte[] plain = stream.readNBytes(bytesMax);
            if (plain.length == bytesMax && stream.read() >= 0) {
                throw new IOException("body is over " + bytesMax + " bytes");
            }
            return plain;
        }
    }
}
