package dev.millrace.broker.topic;

import dev.millrace.protocol.message.PropertyNames;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The de-duplication window of a topic, as its attributes say it. Thread-safe: immutable.
 *
 * @param timeMs a message is repeated if it comes again within this time
 * @param countMax messages that are remembered; the oldest is forgotten first
 * @param keyName the property that tells which messages are the same
 */
public record WindowSetting(long timeMs, int countMax, String keyName) {
    /** How long a message is remembered: a number with ms, s, m, h or d; switches the window on. */
    public static final String TIME = "dedup.window.time";
    /** How many messages are remembered. */
    public static final String COUNT = "dedup.window.count";
    /** Which property counts: UNIQ_KEY or KEYS. */
    public static final String KEY = "dedup.key";

    /** All attributes of a window. */
    static final Set<String> ATTRIBUTES = new TreeSet<>(Set.of(TIME, COUNT, KEY));

    /** Bounds what a start reads again. */
    public static final long TIME_MS_MAX = 7 * 24 * 3_600_000L;

    public static final int COUNT_DEFAULT = 1_000_000;
    /** Some 300 MB. */
    public static final int COUNT_MAX = 10_000_000;
    /** Of all topics of a broker together. */
    public static final long COUNT_TOTAL_MAX = 20_000_000;

    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})(ms|s|m|h|d)");
    private static final Map<String, Long> UNIT_MS =
            Map.of("ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    /**
     * The window that attributes ask for; empty if they ask for none.
     *
     * @throws IllegalArgumentException if a value is impossible, with the value and the remedy
     */
    public static Optional<WindowSetting> of(Map<String, String> attributes) {
        String time = attributes.get(TIME);
        if (time == null) {
            if (attributes.containsKey(COUNT) || attributes.containsKey(KEY)) {
                throw new IllegalArgumentException("'" + COUNT + "' and '" + KEY + "' mean nothing without '" + TIME
                        + "'; set it too, such as +" + TIME + "=10m");
            }
            return Optional.empty();
        }
        String key = attributes.getOrDefault(KEY, PropertyNames.UNIQUE_KEY);
        if (!key.equals(PropertyNames.UNIQUE_KEY) && !key.equals(PropertyNames.KEYS)) {
            throw new IllegalArgumentException("'" + KEY + "=" + key + "' is neither UNIQ_KEY nor KEYS");
        }
        return Optional.of(new WindowSetting(
                timeMs(time), count(attributes.getOrDefault(COUNT, Integer.toString(COUNT_DEFAULT))), key));
    }

    /** As {@link #of}; an impossible one, written by hand, counts as none. */
    static Optional<WindowSetting> ofStored(Map<String, String> attributes) {
        try {
            return of(attributes);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static long timeMs(String text) {
        Matcher matcher = DURATION.matcher(text);
        long ms = matcher.matches() ? Long.parseLong(matcher.group(1)) * UNIT_MS.getOrDefault(matcher.group(2), 0L) : 0;
        if (ms < 1 || ms > TIME_MS_MAX) {
            throw new IllegalArgumentException("'" + TIME + "=" + text
                    + "' is no time of 1ms..7d; write a number and ms, s, m, h or d, such as 10m");
        }
        return ms;
    }

    private static int count(String text) {
        int count;
        try {
            count = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            count = 0;
        }
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "'" + COUNT + "=" + text + "' is no number of 1.." + COUNT_MAX + "; correct it");
        }
        return count;
    }
}
