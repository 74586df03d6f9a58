/**
 * Compressed bodies: zlib from the JDK, LZ4 and ZSTD with libraries that are optional. The only package that knows those.
 *
 * <p>Thread-safe: stateless. Imports {@code client} and the flags of {@code protocol.message}.
 */
@NullMarked
package dev.millrace.client.internal.compression;

import org.jspecify.annotations.NullMarked;
