package dev.millrace.bench;

import dev.millrace.bench.driver.DriverMain;
import dev.millrace.bench.server.Folders;
import dev.millrace.bench.server.RunningServer;
import dev.millrace.cli.load.LoadPlan;
import java.io.IOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Fills a store once, then times starts of its broker: after {@code kill -9} right behind the last acknowledgement, after
 * a clean end, and after {@code kill -9} without the files that the broker can derive from its log. Each start must find
 * every message again. Owner: the main thread.
 */
final class RecoveryTurn {
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(120);
    private static final String SERVES = "broker serves";
    private static final Pattern LOG_TIME = Pattern.compile("^(\\d{4}-\\d\\d-\\d\\dT\\S+) .*");

    private final Turn turn;
    private final LoadPlan fillPlan;

    RecoveryTurn(Turn turn, LoadPlan fillPlan) {
        this.turn = turn;
        this.fillPlan = fillPlan;
    }

    /** A row for each kind of start. */
    List<StartRow> run(Side side) throws IOException, InterruptedException {
        var rows = new ArrayList<StartRow>();
        if (!side.keepsCommitLog()) {
            rows.add(StartRow.unable(side.label(), "not possible: measured for brokers with a commit log only"));
            return rows;
        }
        try (var server = turn.start(side)) {
            var filled = turn.drive(side, fillPlan, server);
            if (!(filled instanceof TurnOutcome.Measured)) {
                rows.add(StartRow.failed(side.label(), StartRow.Kind.KILLED, "the store was not filled: " + filled));
                return rows;
            }
            for (var kind : List.of(StartRow.Kind.KILLED, StartRow.Kind.CLEAN, StartRow.Kind.REBUILT)) {
                rows.add(start(side, kind, server));
            }
        }
        return rows;
    }

    private StartRow start(Side side, StartRow.Kind kind, RunningServer server)
            throws IOException, InterruptedException {
        try {
            return timedStart(side, kind, server);
        } catch (IllegalStateException e) {
            return StartRow.failed(
                    side.label(), kind, String.valueOf(e.getMessage()).replace('\n', ' '));
        }
    }

    private StartRow timedStart(Side side, StartRow.Kind kind, RunningServer server)
            throws IOException, InterruptedException {
        switch (kind) {
            case CLEAN -> server.broker().close();
            case KILLED -> server.broker().kill();
            case REBUILT -> {
                server.broker().kill();
                Folders.delete(server.folder().resolve("store/consumequeue"));
                Folders.delete(server.folder().resolve("store/index"));
            }
        }
        var ready = server.startBrokerAgain("broker-" + kind);
        long expected = fillPlan.messageCount();
        long found = QueueEnds.await(server.address(), DriverMain.TOPIC, expected, WHOLE_TIMEOUT);
        double wholeMs = (System.nanoTime() - server.broker().startNanos()) / 1e6;
        if (found != expected) {
            return StartRow.failed(
                    side.label(),
                    kind,
                    "the queues hold " + found + " messages of " + expected + " " + WHOLE_TIMEOUT.toSeconds()
                            + " s after the start");
        }
        double readyMs = ready.toNanos() / 1e6;
        double logMs = logMs(server.broker().logLines());
        return StartRow.measured(side.label(), kind, found, readyMs, logMs, wholeMs);
    }

    /** Time between the first line and the one that says the broker serves; NaN without them. */
    static double logMs(List<String> lines) {
        var first =
                lines.stream().filter(line -> LOG_TIME.matcher(line).matches()).findFirst();
        var serves = lines.stream().filter(line -> line.contains(SERVES)).findFirst();
        if (first.isEmpty() || serves.isEmpty()) {
            return Double.NaN;
        }
        return Duration.between(timeOf(first.get()), timeOf(serves.get())).toMillis();
    }

    private static OffsetDateTime timeOf(String line) {
        return OffsetDateTime.parse(LOG_TIME.matcher(line).replaceFirst("$1"));
    }
}
