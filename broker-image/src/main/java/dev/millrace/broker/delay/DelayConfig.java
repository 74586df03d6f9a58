package dev.millrace.broker.delay;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.time.Duration;

/**
 * Settings of messages that are delivered at a given time.
 *
 * <p>Thread-safe: immutable.
 */
public record DelayConfig(
        // A year's reminder is the longest that users ask for.
        @Setting(
                key = "broker.delay.max",
                defaultValue = "8760h",
                change = Change.RESTART,
                min = "1s",
                max = "87600h",
                description = "Longest time that a message may be held back; one that asks for more is refused.")
        Duration delayMax,
        // A tenth of what the log takes, so that senders do not feel it.
        @Setting(
                key = "broker.delay.rate-max",
                defaultValue = "50000",
                change = Change.RESTART,
                min = "100",
                max = "10000000",
                description = "Most messages that are delivered per second when many are due or overdue.")
        int rateMax,
        // 16 bytes each; the rest of an hour's calendar stays on the disk.
        @Setting(
                key = "broker.delay.window-count",
                defaultValue = "262144",
                change = Change.RESTART,
                min = "16",
                max = "16777216",
                description = "Due times that are kept sorted in memory.")
        int windowCount,
        // Bounds what is read again after a crash.
        @Setting(
                key = "broker.delay.save-interval",
                defaultValue = "10s",
                change = Change.RESTART,
                min = "100ms",
                max = "1h",
                description = "How often the calendar of messages that are held back is forced to disk.")
        Duration saveInterval) {}
