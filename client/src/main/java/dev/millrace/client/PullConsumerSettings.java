package dev.millrace.client;

import java.time.Duration;

/**
 * How a pull consumer works; made by {@link PullConsumer.Builder}.
 *
 * @param bufferBytesMax bytes that are fetched ahead of {@code poll}
 * @param autoCommitInterval zero: only {@code commit} stores offsets
 */
public record PullConsumerSettings(
        String group, StartFrom startFrom, long bufferBytesMax, Duration autoCommitInterval) {}
