package dev.millrace.broker.transaction;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.time.Duration;

/**
 * Settings of transactional messages.
 *
 * <p>Thread-safe: immutable.
 */
public record TransactionConfig(
        @Setting(
                key = "broker.transaction-timeout",
                defaultValue = "6s",
                change = Change.RESTART,
                min = "100ms",
                description = "A half message that is older and has no outcome makes the broker ask a producer of its"
                        + " group, unless the message names a time of its own (CHECK_IMMUNITY_TIME_IN_SECONDS).")
        Duration timeout,

        @Setting(
                key = "broker.transaction-check-interval",
                defaultValue = "30s",
                change = Change.RESTART,
                min = "100ms",
                description = "Time from the first question to the second; it doubles with each further one, up to"
                        + " 16 times.")
        Duration checkInterval,

        @Setting(
                key = "broker.transaction-check-max",
                defaultValue = "15",
                change = Change.RESTART,
                min = "1",
                max = "1000",
                description = "Questions after which a half message without an outcome is given up: it goes to"
                        + " TRANS_CHECK_MAX_TIME_TOPIC and is never delivered.")
        int checkMax,

        @Setting(
                key = "broker.transaction-age-max",
                defaultValue = "72h",
                change = Change.RESTART,
                min = "1s",
                description =
                        "Age at which a half message is given up, even if no producer of its group was there to be"
                                + " asked.")
        Duration ageMax,

        @Setting(
                key = "broker.transaction-pending-max",
                defaultValue = "1000000",
                change = Change.RESTART,
                min = "1",
                max = "50000000",
                description = "Half messages without an outcome at once; at that number further ones are refused. The"
                        + " broker keeps up to 120 bytes of memory for each, 160 bytes more while it saves them, and the name of"
                        + " each of their producer groups once.")
        int pendingMax) {

    private static final int BACK_OFF_FACTOR_MAX = 16;

    /** Time until the next question after this many were asked, ms. */
    long pauseMs(int checkCount) {
        int factor = checkCount > 4 ? BACK_OFF_FACTOR_MAX : 1 << Math.max(0, checkCount - 1);
        return checkInterval.toMillis() * factor;
    }
}
