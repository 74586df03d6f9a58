package dev.millrace.client.internal.message;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Bodies as zlib streams (RFC 1950). Stateless. */
public final class Compression {
    private static final int LEVEL = 5;
    private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;

    private Compression() {}

    public static byte[] deflate(byte[] body) {
        Deflater deflater = new Deflater(LEVEL);
        try {
            deflater.setInput(body);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 2 + 64);
            byte[] chunk = new byte[8192];
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    /** @throws ClientException if the bytes are no zlib stream */
    public static byte[] inflate(byte[] body) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(body);
            ByteArrayOutputStream out = new ByteArrayOutputStream(body.length * 4);
            byte[] chunk = new byte[8192];
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    throw new DataFormatException("stream ends after " + out.size() + " bytes");
                }
                out.write(chunk, 0, count);
                if (out.size() > BODY_BYTES_MAX) {
                    throw new DataFormatException("body is over " + BODY_BYTES_MAX + " bytes");
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new ClientException(
                    ErrorCode.ILLEGAL_MESSAGE, "a compressed body can't be read: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
    }
}
