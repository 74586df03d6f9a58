package dev.millrace.client;

/** How a producer compresses bodies. Consumers read all of them, whatever client sent them. */
public enum Compression {
    /** Part of Java; what clients of any age read. */
    ZLIB,
    /** Fast; needs {@code at.yawk.lz4:lz4-java} on the class path of both sides, and consumers of RocketMQ 5 or later. */
    LZ4,
    /** Small; needs {@code com.github.luben:zstd-jni} on the class path of both sides, and consumers of RocketMQ 5 or later. */
    ZSTD
}
