package dev.millrace.client;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A message that came from a broker. Immutable; parts are decoded when they are asked for. */
public interface ReceivedMessage {
    /** The topic it was sent to, also when it comes from a retry topic. */
    String topic();

    /** The queue it was read from. */
    TopicQueue queue();

    long queueOffset();

    /**
     * The body as a new array, decompressed.
     *
     * @throws ClientException {@code ILLEGAL_MESSAGE} if it says that it is compressed and does not decompress; {@code
     *     NOT_SUPPORTED} if the library for its {@link Compression} is missing; {@link #storedBody} gives it as it is
     */
    byte[] body();

    /** The body as a new array, as it is stored: compressed or not. */
    byte[] storedBody();

    /** The body as a read-only view, without a copy unless it was compressed. */
    ByteBuffer bodyBuffer();

    Optional<String> tag();

    /** Lookup values. */
    List<String> keys();

    /** All headers, with the platform's own. */
    Map<String, String> properties();

    /** One header. */
    Optional<String> property(String name);

    /** The sender's unique id, or the offset id if there is none. */
    String messageId();

    /** The id that names broker and position. */
    String offsetMessageId();

    Instant bornTime();

    Instant storeTime();

    /** How often it was delivered and failed before. */
    int timesConsumed();

    /** Byte address of the record in its broker's commit log. */
    long position();
}
