package dev.millrace.bench;

import dev.millrace.bench.server.Anchors;
import dev.millrace.bench.server.Folders;
import dev.millrace.cli.load.LoadPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command behind {@code bench/run}. Owner: the main thread. */
@Command(
        name = "bench/run",
        mixinStandardHelpOptions = true,
        description = "Runs scenarios against each side in turns, on 127.0.0.1, and prints medians and ratios.")
final class Bench implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            description = "sync1 sync64 sync64-1024 flight64 flight1024 batch8 batch1000 batch10000 paced8 paced1000"
                    + " drain drain-plain recovery pending")
    private List<String> scenarios = List.of();

    @Option(
            names = "--sides",
            split = ",",
            required = true,
            description =
                    "millrace, window (a topic with a de-duplication window), once-memory, once-redis, once-postgres (idempotent"
                            + " listeners), millrace-rmq (our broker, their client), rocketmq, kafka, echo (plain Netty), echo-shared (shared"
                            + " wake-ups and writes); the first is the"
                            + " base of the ratio")
    private List<String> sides = List.of();

    @Option(names = "--rounds", defaultValue = "3", description = "turns of each side (${DEFAULT-VALUE})")
    private int roundCount;

    @Option(names = "--flush", defaultValue = "async", description = "sync or async (${DEFAULT-VALUE})")
    private String flush = "async";

    @Option(names = "--heap", defaultValue = "2g", description = "heap of each broker (${DEFAULT-VALUE})")
    private String heap = "2g";

    @Option(names = "-o", defaultValue = "table", description = "table or json (${DEFAULT-VALUE})")
    private String output = "table";

    @Option(names = "--lanes", defaultValue = "0", description = "threads or messages under way")
    private int lanes;

    @Option(names = "--queues", defaultValue = "0", description = "queues of the topic")
    private int queueCount;

    @Option(names = "--body", defaultValue = "0", description = "bytes of a body (128)")
    private int bodyBytes;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description =
                    "seconds of warm-up (${DEFAULT-VALUE}); longer, 6 times at most, until the scenario's count is"
                            + " reached; 0: none")
    private int warmupSeconds;

    @Option(names = "--messages", defaultValue = "0", description = "measured messages at most; drain: exactly")
    private long messageCount;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            description = "bound of what is measured, not of drain (${DEFAULT-VALUE})")
    private int secondsMax;

    @Mixin
    private Switches switches = new Switches();

    @Option(
            names = "--rate",
            defaultValue = "0.8",
            description = "paced: messages per second, or below 2 the share of the side's own rate (${DEFAULT-VALUE})")
    private double rate;

    private Bench() {}

    /** Runs the command; the exit status is not 0 when a turn failed. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        var home = Path.of(System.getProperty("bench.home")).toAbsolutePath();
        var folders = new Folders(
                home.resolve(".."),
                home.resolve("target/anchors"),
                home.resolve("target/scratch"),
                System.getProperty("java.class.path"));
        var turn = new Turn(folders, new Anchors(folders, flush.equals("sync"), heap));
        var chosen = sides.stream().map(Side::of).toList();
        var rows = new ArrayList<Report.Row>();
        var starts = new ArrayList<StartRow>();
        var pendings = new ArrayList<PendingRow>();
        for (var label : scenarios) {
            var scenario = Scenario.of(label);
            if (scenario == Scenario.RECOVERY) {
                starts.addAll(recover(turn, scenario, chosen));
            } else if (scenario == Scenario.PENDING) {
                pendings.addAll(holdBack(turn, scenario, chosen));
            } else {
                rows.addAll(compare(turn, scenario, chosen));
            }
        }
        var report = new Report(machine(), rows, starts, pendings);
        System.out.println(output.equals("json") ? report.toJson() : report.toTable());
        return report.hasFailure() ? 1 : 0;
    }

    private LoadPlan plan(Scenario scenario) {
        return scenario.plan(new Scenario.Changes(
                lanes, queueCount, bodyBytes, warmupSeconds, messageCount, secondsMax, switches.chosen(), rate));
    }

    private List<StartRow> recover(Turn turn, Scenario scenario, List<Side> chosen) throws Exception {
        var recovery = new RecoveryTurn(turn, plan(scenario));
        var rows = new ArrayList<StartRow>();
        for (int round = 1; round <= roundCount; round++) {
            for (var side : chosen) {
                var ofRound = recovery.run(side);
                rows.addAll(ofRound);
                ofRound.forEach(System.err::println);
            }
        }
        return rows;
    }

    private List<PendingRow> holdBack(Turn turn, Scenario scenario, List<Side> chosen) throws Exception {
        var pending = new PendingTurn(turn, plan(scenario));
        var rows = new ArrayList<PendingRow>();
        for (int round = 1; round <= roundCount; round++) {
            for (var side : chosen) {
                rows.add(pending.run(side));
                System.err.println(rows.getLast());
            }
        }
        return rows;
    }

    private List<Report.Row> compare(Turn turn, Scenario scenario, List<Side> chosen) throws Exception {
        var plan = plan(scenario);
        var outcomes = new ArrayList<List<TurnOutcome>>();
        chosen.forEach(side -> outcomes.add(new ArrayList<>()));
        for (int round = 1; round <= roundCount; round++) {
            for (int i = 0; i < chosen.size(); i++) {
                var outcome = turn.run(chosen.get(i), plan);
                outcomes.get(i).add(outcome);
                System.err.printf(
                        "%s %s round %d: %s%n", scenario.label(), chosen.get(i).label(), round, outcome);
            }
        }
        var rows = new ArrayList<Report.Row>();
        double base = new Report.Row(scenario.label(), "", outcomes.getFirst(), Double.NaN).rate();
        for (int i = 0; i < chosen.size(); i++) {
            rows.add(new Report.Row(scenario.label(), chosen.get(i).label(), outcomes.get(i), base));
        }
        return rows;
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors() + " cores, JDK " + Runtime.version() + ", commit "
                + System.getProperty("bench.commit", "unknown");
    }

    /** What is either so or not. Owner: the command. */
    private static final class Switches {

        @Option(names = "--free", description = "the client chooses queues; otherwise round robin by message")
        private boolean isFree;

        @Option(names = "--virtual", description = "waiting threads are virtual")
        private boolean isVirtual;

        @Option(names = "--labels", description = "messages have tags and keys; Kafka's, which know no tags, keys")
        private boolean isLabelled;

        Set<LoadPlan.Option> chosen() {
            Set<LoadPlan.Option> chosen = EnumSet.noneOf(LoadPlan.Option.class);
            if (isFree) {
                chosen.add(LoadPlan.Option.FREE_QUEUES);
            }
            if (isVirtual) {
                chosen.add(LoadPlan.Option.VIRTUAL_THREADS);
            }
            if (isLabelled) {
                chosen.add(LoadPlan.Option.LABELS);
            }
            return chosen;
        }
    }
}
