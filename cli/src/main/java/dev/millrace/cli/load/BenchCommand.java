package dev.millrace.cli.load;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.local.ClusterOption;
import dev.millrace.cli.local.Machine;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.cli.terminal.Output;
import dev.millrace.client.ClientException;
import dev.millrace.client.admin.TopicSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace bench}: load on a running cluster, on a topic of its own. */
@Command(
        name = "bench",
        description = {
            "Measures the cluster with our client: makes a topic, warms up, measures, deletes the topic.",
            "send: waiting threads; batch: as fast as batches go; paced: at a fixed rate;",
            "drain: writes a backlog, then reads it."
        },
        footer = "Exit code: 0 measured, 1 too many sends failed or the backlog did not come back whole.")
public final class BenchCommand implements Callable<Integer> {
    private static final int UNANSWERED_MAX = 50_000;
    private static final int QUEUE_COUNT_MAX = 1_024;
    private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;
    private static final int NUMBER_BASE = 36;

    /** What load is made. */
    enum Kind {
        SEND(Shape.WAITING),
        BATCH(Shape.STREAM),
        PACED(Shape.PACED),
        DRAIN(Shape.DRAIN);

        private final Shape shape;

        Kind(Shape shape) {
            this.shape = shape;
        }
    }

    private final Machine machine;
    private final Supplier<LoadTarget> targets;

    @Parameters(
            arity = "0..1",
            paramLabel = "KIND",
            defaultValue = "send",
            description = "send, batch, paced or drain (default: ${DEFAULT-VALUE}).")
    private Kind kind = Kind.SEND;

    @Option(
            names = "--queues",
            paramLabel = "N",
            defaultValue = "8",
            description = "Queues of the topic (default: ${DEFAULT-VALUE}).")
    private int queueCount;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "16",
            description = "send: threads that wait (default: ${DEFAULT-VALUE}).")
    private int threadCount;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "128",
            description = "Size of a message's body (default: ${DEFAULT-VALUE}).")
    private int bodyBytes;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "How long to measure; drain ends by itself (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "5",
            description = "How long to send before measuring (default: ${DEFAULT-VALUE}).")
    private int warmupSeconds;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "10000",
            description =
                    "paced: messages a second, or below 2 the share of the highest rate (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--messages",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "drain: messages of the backlog (default: ${DEFAULT-VALUE}).")
    private long messageCount;

    @Mixin
    private ClusterOption where = new ClusterOption();

    @Mixin
    private Output output = new Output();

    /**
     * The command.
     *
     * @param targets gives the client that makes the load
     */
    public BenchCommand(Machine machine, Supplier<LoadTarget> targets) {
        this.machine = machine;
        this.targets = targets;
    }

    @Override
    public Integer call() {
        checkRange("--queues", queueCount, QUEUE_COUNT_MAX);
        checkRange("--threads", threadCount, QUEUE_COUNT_MAX);
        checkRange("--size", bodyBytes, BODY_BYTES_MAX);
        checkRange("--seconds", seconds, Integer.MAX_VALUE);
        checkRange("--messages", messageCount, Long.MAX_VALUE);
        if (warmupSeconds < 0) {
            throw outOfRange("--warmup " + warmupSeconds, "a number of seconds from 0");
        }
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw outOfRange("--rate " + rate, "a number above 0");
        }
        var nameServers = where.nameServers(machine);
        var topic = "bench-" + Long.toString(machine.clock().millis(), NUMBER_BASE);
        try (Cluster cluster = where.connect(machine)) {
            cluster.createTopic(TopicSpec.of(topic, queueCount));
            // Also after Ctrl-C, which ends this program by its shutdown hooks.
            var isDeleted = new AtomicBoolean();
            Runnable delete = () -> {
                if (isDeleted.compareAndSet(false, true)) {
                    cluster.deleteTopic(topic);
                }
            };
            machine.onShutdown().accept(delete);
            try {
                print(measure(nameServers, topic));
            } finally {
                delete.run();
            }
        }
        return ExitCode.OK.number();
    }

    private LoadResult measure(String nameServers, String topic) {
        var plan = plan();
        try (var target = targets.get()) {
            target.open(TargetSettings.of(nameServers, topic, plan));
            return new LoadRun(target, plan, List.of(), this::remark, this::remark).run();
        } catch (ClientException | IllegalStateException e) {
            throw new CliException(ExitCode.FAILURE, "nothing was measured: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILURE, "interrupted while measuring; run it again", e);
        } catch (Exception e) {
            throw new CliException(ExitCode.FAILURE, "nothing was measured: " + e, e);
        }
    }

    private LoadPlan plan() {
        boolean isDrain = kind == Kind.DRAIN;
        return new LoadPlan(
                kind.shape,
                kind == Kind.SEND ? threadCount : UNANSWERED_MAX,
                queueCount,
                bodyBytes,
                isDrain ? Warmup.NONE : new Warmup(0, warmupSeconds),
                isDrain ? messageCount : Long.MAX_VALUE,
                seconds,
                isDrain ? Set.of() : Set.of(LoadPlan.Option.FREE_QUEUES),
                rate);
    }

    private void remark(String text) {
        if (!output.isJson()) {
            output.remark("millrace: " + text);
        }
    }

    private void print(LoadResult result) {
        var latency = result.latency();
        if (output.isJson()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("kind", kind.name().toLowerCase(Locale.ROOT));
            json.put("queues", queueCount);
            json.put("bodyBytes", bodyBytes);
            json.put("messages", result.count());
            json.put("rate", Math.round(result.rate()));
            json.put("p50Ms", latency.p50Ms());
            json.put("p99Ms", latency.p99Ms());
            json.put("p999Ms", latency.p999Ms());
            json.put("maxMs", latency.maxMs());
            json.put("failed", result.failedCount());
            output.json(json);
            return;
        }
        output.line(String.format(
                Locale.ROOT,
                "%s: %,d messages/s, %,d messages of %d bytes over %d queues, %d failed",
                kind.name().toLowerCase(Locale.ROOT),
                Math.round(result.rate()),
                result.count(),
                bodyBytes,
                queueCount,
                result.failedCount()));
        if (kind != Kind.DRAIN) {
            output.line(String.format(
                    Locale.ROOT,
                    "answers: p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms",
                    latency.p50Ms(),
                    latency.p99Ms(),
                    latency.p999Ms(),
                    latency.maxMs()));
        }
    }

    private static void checkRange(String option, long value, long max) {
        if (value < 1 || value > max) {
            throw outOfRange(option + " " + value, "a number from 1 to " + max);
        }
    }

    private static CliException outOfRange(String given, String wanted) {
        return new CliException(ExitCode.USAGE, given + " is out of range; give " + wanted);
    }
}
