package dev.millrace.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * How a consumer works; made by {@link Consumer.Builder}.
 *
 * @param subscriptions topic to filter
 * @param localOffsets where a broadcasting consumer keeps its offsets
 */
public record ConsumerSettings(
        String group,
        Map<String, Filter> subscriptions,
        BatchListener listener,
        Mode mode,
        Threads threads,
        Flow flow,
        Retry retry,
        StartFrom startFrom,
        Path localOffsets) {
    public ConsumerSettings {
        subscriptions = Map.copyOf(subscriptions);
    }

    /** Who gets a message, and whether a queue's messages are handled one after the other. */
    public record Mode(boolean isBroadcasting, boolean isOrdered) {}

    /** What runs the listener; {@code count} bounds the calls at one time. */
    public record Threads(int count, boolean isVirtual) {}

    /**
     * How much is held at a time.
     *
     * @param batchCountMax messages of one call of the listener
     * @param countMax messages of one queue that wait or are being handled
     * @param bytesMax bytes of all queues that wait or are being handled
     */
    public record Flow(int batchCountMax, int countMax, long bytesMax) {}

    /**
     * What follows a failure.
     *
     * @param attemptsMax deliveries of one message in all, or -1: the group's definition decides
     * @param delayLevel level of the delay before the next delivery, or 0: the broker decides by the attempts so far
     * @param orderedPause pause before an ordered queue tries the same messages again
     */
    public record Retry(int attemptsMax, int delayLevel, Duration orderedPause) {}
}
