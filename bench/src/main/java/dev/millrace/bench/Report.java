package dev.millrace.bench;

import dev.millrace.cli.load.LoadResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Medians per scenario and side, as a table or as JSON. What failed is in both: a turn without figures is never left
 * out silently. Thread-safe: immutable.
 *
 * @param machine cores, JDK and commit of the run
 * @param starts starts of brokers, one by one, in the order in which they happened
 * @param pendings brokers that held messages back, in the order in which they were measured
 */
record Report(String machine, List<Row> rows, List<StartRow> starts, List<PendingRow> pendings) {
    private static final String TABLE_FORMAT = "%-13s %-13s %5s %11s %11s %11s %9s %9s %9s %9s %8s %8s %6s %6s %7s%n";

    Report {
        rows = List.copyOf(rows);
        starts = List.copyOf(starts);
        pendings = List.copyOf(pendings);
    }

    /**
     * One side's turns of one scenario.
     *
     * @param baseRate median rate of the scenario's first side; NaN where there is none
     */
    record Row(String scenario, String side, List<TurnOutcome> turns, double baseRate) {
        Row {
            turns = List.copyOf(turns);
        }

        List<LoadResult> results() {
            return turns.stream()
                    .filter(TurnOutcome.Measured.class::isInstance)
                    .map(turn -> ((TurnOutcome.Measured) turn).result())
                    .toList();
        }

        boolean hasFailure() {
            return turns.stream().anyMatch(TurnOutcome.Failed.class::isInstance);
        }

        double rate() {
            return median(LoadResult::rate);
        }

        double rateMin() {
            return results().stream().mapToDouble(LoadResult::rate).min().orElse(Double.NaN);
        }

        double rateMax() {
            return results().stream().mapToDouble(LoadResult::rate).max().orElse(Double.NaN);
        }

        /** To the scenario's first side. */
        double ratio() {
            return rate() / baseRate;
        }

        long failedCount() {
            return results().stream().mapToLong(LoadResult::failedCount).sum();
        }

        /** The median over the turns with figures; NaN without any. */
        double median(ToDoubleFunction<LoadResult> figure) {
            var sorted = results().stream().mapToDouble(figure).sorted().toArray();
            int middle = sorted.length / 2;
            if (sorted.length == 0) {
                return Double.NaN;
            }
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }

        /** What went wrong or should be known, a line for each turn concerned. */
        List<String> notes() {
            var notes = new ArrayList<String>();
            for (int i = 0; i < turns.size(); i++) {
                String turn = "turn " + (i + 1) + " ";
                switch (turns.get(i)) {
                    case TurnOutcome.Failed failed -> notes.add(turn + "FAILED: " + failed.reason());
                    case TurnOutcome.Unable unable -> notes.add(turn + "not possible: " + unable.reason());
                    case TurnOutcome.Measured measured -> measured.remarks().forEach(text -> notes.add(turn + text));
                }
            }
            return notes;
        }
    }

    boolean hasFailure() {
        return rows.stream().anyMatch(Row::hasFailure)
                || starts.stream().anyMatch(StartRow::isFailed)
                || pendings.stream().anyMatch(PendingRow::isFailed);
    }

    String toTable() {
        var text = new StringBuilder(machine).append('\n');
        if (!rows.isEmpty()) {
            appendLoads(text);
        }
        if (!starts.isEmpty()) {
            text.append(StartRow.HEADING);
            starts.forEach(start -> text.append(start.line()));
        }
        if (!pendings.isEmpty()) {
            text.append(PendingRow.HEADING);
            pendings.forEach(pending -> text.append(pending.line()));
        }
        return text.toString();
    }

    private void appendLoads(StringBuilder text) {
        text.append(String.format(
                Locale.ROOT,
                TABLE_FORMAT,
                "scenario",
                "side",
                "turns",
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
        rows.forEach(row -> text.append(line(row)));
        for (var row : rows) {
            row.notes().forEach(note -> text.append(row.scenario + " " + row.side + " " + note + "\n"));
        }
    }

    private static String line(Row row) {
        int measured = row.results().size();
        return String.format(
                Locale.ROOT,
                TABLE_FORMAT,
                row.scenario,
                row.side,
                measured == row.turns.size() ? String.valueOf(measured) : measured + "/" + row.turns.size(),
                number("%.0f", row.rate()),
                number("%.0f", row.rateMin()),
                number("%.0f", row.rateMax()),
                number("%.3f", row.median(result -> result.latency().p50Ms())),
                number("%.3f", row.median(result -> result.latency().p99Ms())),
                number("%.3f", row.median(result -> result.latency().p999Ms())),
                number("%.3f", row.median(result -> result.latency().maxMs())),
                number("%.2f", row.median(LoadResult::serverCpuUs)),
                number("%.2f", row.median(LoadResult::clientCpuUs)),
                number("%.0f%%", row.median(LoadResult::othersShare) * 100),
                row.failedCount(),
                number("%.2f", row.ratio()));
    }

    String toJson() {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("machine", machine);
        report.put("failed", hasFailure() ? 1 : 0);
        report.put("rows", rows.stream().map(Report::json).toList());
        report.put("starts", starts.stream().map(StartRow::json).toList());
        report.put("pendings", pendings.stream().map(PendingRow::json).toList());
        return Json.write(report);
    }

    private static Map<String, Object> json(Row row) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("scenario", row.scenario);
        json.put("side", row.side);
        json.put("turns", row.turns.size());
        json.put("measuredTurns", row.results().size());
        json.put("rate", row.rate());
        json.put("ratio", row.ratio());
        json.put("rounds", row.results().stream().map(LoadResult::rate).toList());
        json.put("counts", row.results().stream().map(LoadResult::count).toList());
        json.put("p50Ms", row.median(result -> result.latency().p50Ms()));
        json.put("p99Ms", row.median(result -> result.latency().p99Ms()));
        json.put("p999Ms", row.median(result -> result.latency().p999Ms()));
        json.put("maxMs", row.median(result -> result.latency().maxMs()));
        json.put("serverCpuUs", row.median(LoadResult::serverCpuUs));
        json.put("clientCpuUs", row.median(LoadResult::clientCpuUs));
        json.put("othersShare", row.median(LoadResult::othersShare));
        json.put("offeredRate", row.median(LoadResult::offeredRate));
        json.put("firstMs", row.median(LoadResult::firstMs));
        json.put("warmupCount", row.median(LoadResult::warmupCount));
        json.put("failedSends", row.failedCount());
        json.put("notes", row.notes());
        return json;
    }

    private static String number(String format, double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }
}
