package dev.millrace.crds.schema;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as resources spell them: whole numbers with {@code ms}, {@code s}, {@code m} or {@code h}, as in {@code 1m30s}. */
public final class Durations {
    public static final String PATTERN = "^([0-9]+(ms|s|m|h))+$";
    public static final String SHAPE = "a duration such as 500ms, 30s or 1h30m";
    public static final int LENGTH_MAX = 16;

    private static final Pattern PART = Pattern.compile("([0-9]+)(ms|s|m|h)");

    private Durations() {}

    /** Of a text that matches {@link #PATTERN}. */
    public static Duration parse(String text) {
        var sum = Duration.ZERO;
        var parts = PART.matcher(text);
        while (parts.find()) {
            long count = Long.parseLong(parts.group(1));
            sum = sum.plus(
                    switch (parts.group(2)) {
                        case "ms" -> Duration.ofMillis(count);
                        case "s" -> Duration.ofSeconds(count);
                        case "m" -> Duration.ofMinutes(count);
                        default -> Duration.ofHours(count);
                    });
        }
        return sum;
    }
}
