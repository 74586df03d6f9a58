package dev.millrace.cli.load;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The figures of one turn. Thread-safe: immutable.
 *
 * @param count measured messages: acknowledged, or drained
 * @param failedCount sends that failed; of a backlog: requests that had to be repeated
 * @param rate acknowledged (or drained) messages per second
 * @param latency from the call to the answer, in a paced run from the intended time to the answer
 * @param serverCpuUs CPU time of all server processes per message
 * @param clientCpuUs CPU time of the driver per message
 * @param othersShare part of the machine that processes outside this comparison used meanwhile, 0 to 1
 * @param offeredRate the rate of a paced run; 0 otherwise
 * @param firstMs drain: from the start of the consumer to its first message; 0 otherwise
 * @param warmupCount messages acknowledged before the measured ones
 */
public record LoadResult(
        long count,
        long failedCount,
        double rate,
        Latency latency,
        double serverCpuUs,
        double clientCpuUs,
        double othersShare,
        double offeredRate,
        double firstMs,
        long warmupCount) {
    private static final String PREFIX = "RESULT ";

    /** Milliseconds below which 50, 99 and 99.9 percent of the answers came, and the worst one. */
    public record Latency(double p50Ms, double p99Ms, double p999Ms, double maxMs) {
        /** Where no answers are timed. */
        public static final Latency NONE = new Latency(0, 0, 0, 0);
    }

    /** The line the driver prints last. */
    public String toLine() {
        return String.format(
                Locale.ROOT,
                PREFIX + "count=%d failed=%d rate=%.1f p50=%.3f p99=%.3f p999=%.3f max=%.3f server=%.3f client=%.3f"
                        + " others=%.3f offered=%.1f first=%.1f warmup=%d",
                count,
                failedCount,
                rate,
                latency.p50Ms,
                latency.p99Ms,
                latency.p999Ms,
                latency.maxMs,
                serverCpuUs,
                clientCpuUs,
                othersShare,
                offeredRate,
                firstMs,
                warmupCount);
    }

    /** Whether a line of a driver's output holds its figures. */
    public static boolean isLine(String line) {
        return line.startsWith(PREFIX);
    }

    /** Reads what {@link #toLine} wrote. */
    public static LoadResult parse(String line) {
        var values = parsePairs(line.substring(PREFIX.length()).split(" ", -1));
        return new LoadResult(
                Long.parseLong(LoadPlan.value(values, "count")),
                Long.parseLong(LoadPlan.value(values, "failed")),
                number(values, "rate"),
                new Latency(
                        number(values, "p50"), number(values, "p99"), number(values, "p999"), number(values, "max")),
                number(values, "server"),
                number(values, "client"),
                number(values, "others"),
                number(values, "offered"),
                number(values, "first"),
                Long.parseLong(LoadPlan.value(values, "warmup")));
    }

    /** Splits {@code key=value} words into a map. */
    public static Map<String, String> parsePairs(String... words) {
        var values = new LinkedHashMap<String, String>();
        for (var word : words) {
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("expected key=value, got " + word);
            }
            values.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return values;
    }

    private static double number(Map<String, String> values, String key) {
        return Double.parseDouble(LoadPlan.value(values, key));
    }
}
