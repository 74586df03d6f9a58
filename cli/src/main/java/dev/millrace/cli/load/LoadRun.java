package dev.millrace.cli.load;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** One turn against an opened target: warm-up, then what is measured. Owner: the driver's main thread. */
public final class LoadRun {
    private static final double SHARE_MAX = 2;
    private static final int PRIME_SECONDS_MAX = 300;
    private static final Duration DRAIN_STALL = Duration.ofSeconds(30);
    private static final Duration DRAIN_SETTLE = Duration.ofMillis(500);

    private final LoadTarget target;
    private final LoadPlan plan;
    private final List<Long> serverPids;
    private final Consumer<String> remarks;
    private final Consumer<String> steps;
    private final Sender sender;
    private long warmupCount;

    /**
     * A turn.
     *
     * @param remarks hears of what a reader of the figures should know, a line each
     * @param steps hears what begins now, a line each
     */
    public LoadRun(
            LoadTarget target, LoadPlan plan, List<Long> serverPids, Consumer<String> remarks, Consumer<String> steps) {
        this.target = target;
        this.plan = plan;
        this.serverPids = List.copyOf(serverPids);
        this.remarks = remarks;
        this.steps = steps;
        this.sender = new Sender(target, plan);
    }

    /**
     * Runs warm-up and measurement, bounded by the plan's counts and seconds.
     *
     * @throws Exception if the figures would not be those that the plan asks for; the message says why
     */
    public LoadResult run() throws Exception {
        return switch (plan.shape()) {
            case WAITING, IN_FLIGHT, STREAM -> saturated();
            case PACED -> paced();
            case FILL -> fill();
            case DRAIN -> drain();
        };
    }

    private LoadResult saturated() throws Exception {
        warmUp();
        steps.accept("measuring, for " + plan.secondsMax() + " s at most");
        var before = CpuTimes.now(serverPids);
        var phase = sender.run(Bounds.measured(plan.messageCount(), plan.secondsMax()));
        return result(phase, before, 0);
    }

    private LoadResult paced() throws Exception {
        warmUp();
        double rate = plan.rate();
        if (rate < SHARE_MAX) {
            steps.accept("measuring the highest rate, for " + plan.secondsMax() + " s at most");
            rate *= sender.run(Bounds.measured(plan.messageCount(), plan.secondsMax()))
                    .ratePerSecond();
        }
        steps.accept("sending " + Math.round(rate) + " messages a second for " + plan.secondsMax() + " s");
        var before = CpuTimes.now(serverPids);
        var phase = sender.runPaced(Bounds.measured(Long.MAX_VALUE, plan.secondsMax()), rate);
        return result(phase, before, rate);
    }

    private LoadResult fill() throws Exception {
        var before = CpuTimes.now(serverPids);
        long retryCount = writeBacklog();
        var after = CpuTimes.now(serverPids);
        double seconds = (after.wallNanos() - before.wallNanos()) / 1e9;
        return backlogResult(plan.messageCount() / seconds, retryCount, 0, before, after);
    }

    private LoadResult drain() throws Exception {
        long retryCount = writeBacklog();
        long count = plan.messageCount();
        steps.accept("reading them as a new consumer group");
        var arrivals = new Arrivals(count);
        var before = CpuTimes.now(serverPids);
        target.startDrain(arrivals);
        arrivals.await(DRAIN_STALL, DRAIN_SETTLE);
        var after = CpuTimes.now(serverPids);
        if (arrivals.count() != count) {
            throw new IllegalStateException("the consumer got " + arrivals.count() + " messages of a backlog of "
                    + count
                    + (arrivals.count() < count ? ", then none for " + DRAIN_STALL.toSeconds() + " s" : "") + "; "
                    + retryCount + " requests of the backlog were repeated");
        }
        double firstMs = (arrivals.firstNanos() - before.wallNanos()) / 1e6;
        return backlogResult(count * 1e9 / arrivals.elapsedNanos(), retryCount, firstMs, before, after);
    }

    private long writeBacklog() throws InterruptedException {
        steps.accept("writing " + plan.messageCount() + " messages");
        var backlog = new Backlog(target, plan, sender.bodies());
        backlog.write();
        if (backlog.retryCount() > 0) {
            var failure = backlog.lastFailure();
            remarks.accept(backlog.retryCount() + " requests of the backlog were repeated"
                    + (failure == null ? " because the broker was busy" : ", the last after " + failure));
        }
        return backlog.retryCount();
    }

    private LoadResult backlogResult(double rate, long retryCount, double firstMs, CpuTimes before, CpuTimes after) {
        return new LoadResult(
                plan.messageCount(),
                retryCount,
                rate,
                LoadResult.Latency.NONE,
                after.serverMicrosPer(plan.messageCount(), before),
                after.clientMicrosPer(plan.messageCount(), before),
                after.othersShare(before),
                0,
                firstMs,
                0);
    }

    // The clock of the warm-up starts when every queue has taken a message: some brokers make queues lazily.
    private void warmUp() throws Exception {
        var warmup = plan.warmup();
        if (warmup.seconds() == 0) {
            return;
        }
        steps.accept("warming up for " + warmup.seconds() + " s");
        long primedCount = sender.run(Bounds.measured(plan.queueCount(), PRIME_SECONDS_MAX))
                .acknowledgedCount();
        var phase = sender.run(Bounds.warmUp(warmup));
        warmupCount = primedCount + phase.acknowledgedCount();
        if (warmupCount < warmup.countMin()) {
            remarks.accept("the warm-up had " + warmupCount + " messages, " + warmup.countMin()
                    + " are due; give a longer --warmup than " + warmup.seconds() + " s");
        }
        remarkFailures("of the warm-up", phase);
    }

    private LoadResult result(Phase phase, CpuTimes before, double offeredRate) {
        var after = CpuTimes.now(serverPids);
        remarkFailures("that were measured", phase);
        long count = phase.acknowledgedCount();
        return new LoadResult(
                count,
                phase.failedCount(),
                phase.ratePerSecond(),
                phase.latency(),
                after.serverMicrosPer(count, before),
                after.clientMicrosPer(count, before),
                after.othersShare(before),
                offeredRate,
                0,
                warmupCount);
    }

    private void remarkFailures(String which, Phase phase) {
        if (phase.failedCount() > 0) {
            remarks.accept(phase.failedCount() + " sends " + which + " failed; the first: " + phase.firstFailure());
        }
    }
}
