package dev.millrace.bench;

import dev.millrace.bench.load.LoadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Medians per scenario and side, as a table or as JSON. Thread-safe: immutable.
 *
 * @param machine cores, JDK and commit of the run
 */
record Report(String machine, List<Row> rows) {
    private static final String TABLE_FORMAT = "%-12s %-13s %3s %11s %11s %11s %9s %9s %9s %9s %8s %8s %6s %6s %7s%n";

    /** One side's rounds of one scenario; {@code ratio} is its median rate over that of the scenario's first side. */
    record Row(
            String scenario,
            String side,
            double rate,
            double rateMin,
            double rateMax,
            double ratio,
            LoadResult.Latency latency,
            double serverCpuUs,
            double clientCpuUs,
            double othersShare,
            double offeredRate,
            double firstMs,
            long failedCount,
            List<LoadResult> rounds) {

        static Row of(String scenario, String side, List<LoadResult> rounds, double baseRate) {
            double rate = median(rounds, LoadResult::rate);
            return new Row(
                    scenario,
                    side,
                    rate,
                    rounds.stream().mapToDouble(LoadResult::rate).min().orElse(0),
                    rounds.stream().mapToDouble(LoadResult::rate).max().orElse(0),
                    baseRate == 0 ? 1 : rate / baseRate,
                    new LoadResult.Latency(
                            median(rounds, round -> round.latency().p50Ms()),
                            median(rounds, round -> round.latency().p99Ms()),
                            median(rounds, round -> round.latency().p999Ms()),
                            median(rounds, round -> round.latency().maxMs())),
                    median(rounds, LoadResult::serverCpuUs),
                    median(rounds, LoadResult::clientCpuUs),
                    median(rounds, LoadResult::othersShare),
                    median(rounds, LoadResult::offeredRate),
                    median(rounds, LoadResult::firstMs),
                    rounds.stream().mapToLong(LoadResult::failedCount).sum(),
                    List.copyOf(rounds));
        }

        private static double median(List<LoadResult> rounds, ToDoubleFunction<LoadResult> figure) {
            var sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    String toTable() {
        var text = new StringBuilder(machine).append('\n');
        text.append(String.format(
                Locale.ROOT,
                TABLE_FORMAT,
                "scenario",
                "side",
                "n",
                "msg/s",
                "min",
                "max",
                "p50 ms",
                "p99 ms",
                "p99.9 ms",
                "max ms",
                "srv us",
                "cli us",
                "others",
                "failed",
                "ratio"));
        for (var row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    TABLE_FORMAT,
                    row.scenario,
                    row.side,
                    row.rounds.size(),
                    whole(row.rate),
                    whole(row.rateMin),
                    whole(row.rateMax),
                    milliseconds(row.latency.p50Ms()),
                    milliseconds(row.latency.p99Ms()),
                    milliseconds(row.latency.p999Ms()),
                    milliseconds(row.latency.maxMs()),
                    String.format(Locale.ROOT, "%.2f", row.serverCpuUs),
                    String.format(Locale.ROOT, "%.2f", row.clientCpuUs),
                    whole(row.othersShare * 100) + "%",
                    row.failedCount,
                    String.format(Locale.ROOT, "%.2f", row.ratio)));
        }
        return text.toString();
    }

    String toJson() {
        var lines = new ArrayList<String>();
        for (var row : rows) {
            var rounds = row.rounds.stream().map(round -> whole(round.rate())).toList();
            lines.add(String.format(
                    Locale.ROOT,
                    "  {\"scenario\":\"%s\",\"side\":\"%s\",\"rate\":%.1f,\"ratio\":%.4f,\"rounds\":%s,"
                            + "\"p50Ms\":%.3f,\"p99Ms\":%.3f,\"p999Ms\":%.3f,\"maxMs\":%.3f,\"serverCpuUs\":%.3f,"
                            + "\"clientCpuUs\":%.3f,\"othersShare\":%.3f,\"offeredRate\":%.1f,\"firstMs\":%.1f,"
                            + "\"failed\":%d}",
                    row.scenario,
                    row.side,
                    row.rate,
                    row.ratio,
                    rounds,
                    row.latency.p50Ms(),
                    row.latency.p99Ms(),
                    row.latency.p999Ms(),
                    row.latency.maxMs(),
                    row.serverCpuUs,
                    row.clientCpuUs,
                    row.othersShare,
                    row.offeredRate,
                    row.firstMs,
                    row.failedCount));
        }
        return "{\"machine\":\"" + machine + "\",\"rows\":[\n" + String.join(",\n", lines) + "\n]}";
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%.0f", value);
    }

    private static String milliseconds(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}
