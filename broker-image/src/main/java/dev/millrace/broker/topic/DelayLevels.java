package dev.millrace.broker.topic;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The 18 delay levels of RocketMQ; level n waits in queue n - 1 of the schedule topic. Thread-safe: constants. */
public final class DelayLevels {
    private static final List<Duration> DELAYS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1),
            Duration.ofMinutes(2),
            Duration.ofMinutes(3),
            Duration.ofMinutes(4),
            Duration.ofMinutes(5),
            Duration.ofMinutes(6),
            Duration.ofMinutes(7),
            Duration.ofMinutes(8),
            Duration.ofMinutes(9),
            Duration.ofMinutes(10),
            Duration.ofMinutes(20),
            Duration.ofMinutes(30),
            Duration.ofHours(1),
            Duration.ofHours(2));

    private DelayLevels() {}

    /** Number of levels. */
    public static int count() {
        return DELAYS.size();
    }

    /** How long a level (1..18) waits. */
    public static Duration delay(int level) {
        return DELAYS.get(level - 1);
    }

    /** Queue of the schedule topic for a level. */
    public static int queueId(int level) {
        return level - 1;
    }

    /** The level in a property: 0 for none or no number, at most the highest. */
    public static int parse(@Nullable String property) {
        if (property == null) {
            return 0;
        }
        try {
            return Math.clamp(Integer.parseInt(property.strip()), 0, DELAYS.size());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
