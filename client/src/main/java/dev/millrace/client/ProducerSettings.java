package dev.millrace.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a producer works; made by {@link Producer.Builder}.
 *
 * @param sendTimeout for one message over all its attempts
 * @param batching empty: one message per request
 * @param bufferBytesMax bytes of messages that wait for their answer
 * @param bufferWaitMax how long a send waits for room in the buffer before it fails
 * @param compression how bodies are compressed
 * @param compressFromBytes bodies of this size on are compressed; {@link Integer#MAX_VALUE}: none
 */
public record ProducerSettings(
        String group,
        Duration sendTimeout,
        Optional<Batching> batching,
        long bufferBytesMax,
        Duration bufferWaitMax,
        Compression compression,
        int compressFromBytes) {
    /** The same for another group. */
    public ProducerSettings withGroup(String newGroup) {
        return new ProducerSettings(
                newGroup, sendTimeout, batching, bufferBytesMax, bufferWaitMax, compression, compressFromBytes);
    }
}
