package dev.millrace.client.internal.compression;

import dev.millrace.client.ClientException;
import dev.millrace.client.Compression;
import dev.millrace.client.ErrorCode;
import dev.millrace.protocol.message.SystemFlags;
import java.io.IOException;

/** Compresses bodies, and reads those that any client compressed. Stateless. */
public final class Bodies {
    private static final int BODY_BYTES_MAX = 64 * 1024 * 1024;
    private static final Codec ZLIB = new ZlibCodec();

    private Bodies() {}

    /** What a message's system flag says of such a body. */
    public static int flag(Compression compression) {
        return SystemFlags.COMPRESSED
                | switch (compression) {
                    case ZLIB -> SystemFlags.COMPRESSION_ZLIB;
                    case LZ4 -> SystemFlags.COMPRESSION_LZ4;
                    case ZSTD -> SystemFlags.COMPRESSION_ZSTD;
                };
    }

    /** @throws ClientException {@code NOT_SUPPORTED} if the library for it is missing */
    public static byte[] compress(byte[] body, Compression compression) {
        try {
            return codec(compression).compress(body);
        } catch (IOException e) {
            throw new ClientException(
                    ErrorCode.ILLEGAL_MESSAGE,
                    "a body can't be compressed with " + compression + ": " + e.getMessage(),
                    e);
        } catch (LinkageError e) {
            throw missing(compression, e);
        }
    }

    /**
     * The plain body of a message with this system flag.
     *
     * @throws ClientException {@code ILLEGAL_MESSAGE} if it can't be read; {@code NOT_SUPPORTED} if the library for it is
     *     missing
     */
    public static byte[] decompress(byte[] body, int systemFlag) {
        Compression compression = compression(systemFlag);
        try {
            return codec(compression).decompress(body, BODY_BYTES_MAX);
        } catch (IOException | RuntimeException e) {
            throw new ClientException(
                    ErrorCode.ILLEGAL_MESSAGE,
                    "a compressed body can't be read: " + compression + ", " + e.getMessage(),
                    e);
        } catch (LinkageError e) {
            throw missing(compression, e);
        }
    }

    private static Compression compression(int systemFlag) {
        int bits = systemFlag & SystemFlags.COMPRESSION_MASK;
        return switch (bits) {
            case 0, SystemFlags.COMPRESSION_ZLIB -> Compression.ZLIB; // clients before 5 say no more than "compressed"
            case SystemFlags.COMPRESSION_LZ4 -> Compression.LZ4;
            case SystemFlags.COMPRESSION_ZSTD -> Compression.ZSTD;
            default ->
                throw new ClientException(
                        ErrorCode.ILLEGAL_MESSAGE,
                        "a body is compressed in a way with the number " + (bits >> 8)
                                + ", which is not known; 1 is LZ4, 2 ZSTD, 3 ZLIB");
        };
    }

    /** Made when it is used: verification of its class asks for the library. */
    private static Codec codec(Compression compression) {
        return switch (compression) {
            case ZLIB -> ZLIB;
            case LZ4 -> new Lz4Codec();
            case ZSTD -> new ZstdCodec();
        };
    }

    private static ClientException missing(Compression compression, LinkageError e) {
        String artefact = compression == Compression.LZ4 ? Lz4Codec.ARTEFACT : ZstdCodec.ARTEFACT;
        return new ClientException(
                ErrorCode.NOT_SUPPORTED,
                "bodies compressed with " + compression
                        + " need a library that is not on the class path, or does not load" + " here (" + e.getMessage()
                        + "): add " + artefact,
                e);
    }
}
