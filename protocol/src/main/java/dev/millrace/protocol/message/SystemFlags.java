package dev.millrace.protocol.message;

/**
 * Bits of a message's system flag.
 *
 * <pre>
 * 0x001  body is compressed
 * 0x00C  transaction: 0x0 none, 0x4 prepared, 0x8 committed, 0xC rolled back
 * 0x010  born host is IPv6      0x020  store host is IPv6
 * 0x040, 0x080  inner batch
 * 0x700  compression: 0x100 LZ4, 0x200 ZSTD, 0x300 ZLIB; 0 with bit 0x001 set means ZLIB
 * </pre>
 */
public final class SystemFlags {
    public static final int COMPRESSED = 0x1;
    public static final int TRANSACTION_MASK = 0xC;
    public static final int TRANSACTION_PREPARED = 0x4;
    public static final int TRANSACTION_COMMIT = 0x8;
    public static final int TRANSACTION_ROLLBACK = 0xC;
    public static final int BORN_HOST_IPV6 = 0x10;
    public static final int STORE_HOST_IPV6 = 0x20;
    public static final int COMPRESSION_MASK = 0x700;
    public static final int COMPRESSION_LZ4 = 0x100;
    public static final int COMPRESSION_ZSTD = 0x200;
    public static final int COMPRESSION_ZLIB = 0x300;

    private SystemFlags() {}

    public static boolean isCompressed(int systemFlag) {
        return (systemFlag & COMPRESSED) != 0;
    }

    public static boolean isBornHostIpv6(int systemFlag) {
        return (systemFlag & BORN_HOST_IPV6) != 0;
    }

    public static boolean isStoreHostIpv6(int systemFlag) {
        return (systemFlag & STORE_HOST_IPV6) != 0;
    }

    /** Whether a record with this flag gets a place in its consume queue: neither prepared nor rolled back. */
    public static boolean isQueued(int systemFlag) {
        int transaction = systemFlag & TRANSACTION_MASK;
        return transaction == 0 || transaction == TRANSACTION_COMMIT;
    }
}
