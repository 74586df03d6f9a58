package dev.millrace.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A broker that holds many messages back. Thread-safe: immutable.
 *
 * @param heldCount messages held back in the end
 * @param heldRate at which they were taken, messages a second
 * @param before plain sends with nothing held back
 * @param after plain sends with all of them held back
 * @param anonymousBytesBefore the broker's memory that is no file, before the first message
 * @param anonymousBytesAfter the same with all of them held back
 * @param fileBytes the files by which the broker finds what is due
 * @param problem why there are no figures; empty where there are
 * @param isFailed there should be figures, but there are none
 */
record PendingRow(
        String side,
        long heldCount,
        double heldRate,
        Plain before,
        Plain after,
        long anonymousBytesBefore,
        long anonymousBytesAfter,
        long fileBytes,
        String problem,
        boolean isFailed) {

    /** Sends without a delivery time, 256 under way. */
    record Plain(double rate, double p50Ms, double p99Ms) {
        static final Plain NONE = new Plain(Double.NaN, Double.NaN, Double.NaN);

        private Map<String, Object> json() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("rate", rate);
            json.put("p50Ms", p50Ms);
            json.put("p99Ms", p99Ms);
            return json;
        }
    }

    private static final double MEBIBYTE = 1 << 20;
    private static final String FORMAT = "%-9s %-13s %11s %9s %12s %9s %12s %9s %11s %11s %9s %s";

    static final String HEADING = "\n"
            + String.format(
                            Locale.ROOT,
                            FORMAT,
                            "",
                            "side",
                            "held back",
                            "msg/s",
                            "plain before",
                            "p99 ms",
                            "plain after",
                            "p99 ms",
                            "anon before",
                            "anon after",
                            "files MiB",
                            "")
                    .strip()
            + "\n";

    static PendingRow failed(String side, String reason) {
        return new PendingRow(side, 0, Double.NaN, Plain.NONE, Plain.NONE, 0, 0, 0, reason, true);
    }

    static PendingRow unable(String side, String reason) {
        return new PendingRow(side, 0, Double.NaN, Plain.NONE, Plain.NONE, 0, 0, 0, reason, false);
    }

    String line() {
        return String.format(
                                Locale.ROOT,
                                FORMAT,
                                "pending",
                                side,
                                heldCount,
                                number("%.0f", heldRate),
                                number("%.0f", before.rate),
                                number("%.2f", before.p99Ms),
                                number("%.0f", after.rate),
                                number("%.2f", after.p99Ms),
                                number("%.0f", anonymousBytesBefore / MEBIBYTE),
                                number("%.0f", anonymousBytesAfter / MEBIBYTE),
                                number("%.0f", fileBytes / MEBIBYTE),
                                (isFailed ? "FAILED: " : "") + problem)
                        .strip()
                + "\n";
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("side", side);
        json.put("held", heldCount);
        json.put("heldRate", heldRate);
        json.put("before", before.json());
        json.put("after", after.json());
        json.put("anonymousBytesBefore", anonymousBytesBefore);
        json.put("anonymousBytesAfter", anonymousBytesAfter);
        json.put("fileBytes", fileBytes);
        json.put("problem", problem);
        return json;
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }
}
