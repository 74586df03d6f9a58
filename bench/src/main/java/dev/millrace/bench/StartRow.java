package dev.millrace.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One start of a broker on a filled store. Thread-safe: immutable.
 *
 * @param messageCount messages in the store
 * @param readyMs from the start of the process until it serves; NaN where it failed
 * @param logMs from the first line of the broker's log to the line that says it serves; NaN where there is none
 * @param wholeMs from the start of the process until all queues end where they should
 * @param problem why there are no figures; empty where there are
 * @param isFailed there should be figures, but there are none
 */
record StartRow(
        String side,
        Kind kind,
        long messageCount,
        double readyMs,
        double logMs,
        double wholeMs,
        String problem,
        boolean isFailed) {
    /** What happened to the store before. */
    enum Kind {
        /** The broker was asked to end. */
        CLEAN,
        /** The broker was ended by {@code kill -9}. */
        KILLED,
        /** The broker was ended by {@code kill -9}, and its queues and indexes were deleted. */
        REBUILT;

        private String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String HEADING = String.format(
            Locale.ROOT,
            "%n%-9s %-13s %-8s %11s %9s %9s %9s%n",
            "",
            "side",
            "start",
            "messages",
            "ready ms",
            "log ms",
            "whole ms");

    static StartRow failed(String side, Kind kind, String reason) {
        return new StartRow(side, kind, 0, Double.NaN, Double.NaN, Double.NaN, reason, true);
    }

    static StartRow unable(String side, String reason) {
        return new StartRow(side, Kind.KILLED, 0, Double.NaN, Double.NaN, Double.NaN, reason, false);
    }

    static StartRow measured(String side, Kind kind, long messageCount, double readyMs, double logMs, double wholeMs) {
        return new StartRow(side, kind, messageCount, readyMs, logMs, wholeMs, "", false);
    }

    String line() {
        return String.format(
                                Locale.ROOT,
                                "%-9s %-13s %-8s %11d %9s %9s %9s %s",
                                "recovery",
                                side,
                                kind.label(),
                                messageCount,
                                number(readyMs),
                                number(logMs),
                                number(wholeMs),
                                (isFailed ? "FAILED: " : "") + problem)
                        .strip()
                + "\n";
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("side", side);
        json.put("start", kind.label());
        json.put("messages", messageCount);
        json.put("readyMs", readyMs);
        json.put("logMs", logMs);
        json.put("wholeMs", wholeMs);
        json.put("problem", problem);
        return json;
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.0f", value) : "-";
    }
}
