package dev.millrace.bench.load;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** One turn against an opened target: warm-up, then what is measured. Owner: the driver's main thread. */
public final class LoadRun {
    private static final double SHARE_MAX = 2;

    private final LoadTarget target;
    private final LoadPlan plan;
    private final List<Long> serverPids;
    private final Sender sender;

    public LoadRun(LoadTarget target, LoadPlan plan, List<Long> serverPids) {
        this.target = target;
        this.plan = plan;
        this.serverPids = serverPids;
        this.sender = new Sender(target, plan);
    }

    /** Runs warm-up and measurement, bounded by the plan's counts and seconds. */
    public LoadResult run() throws Exception {
        return switch (plan.shape()) {
            case WAITING, IN_FLIGHT, STREAM -> saturated();
            case PACED -> paced();
            case DRAIN -> drain();
        };
    }

    private LoadResult saturated() throws Exception {
        warmUp();
        var before = CpuTimes.now(serverPids);
        var phase = sender.run(plan.messageCount(), plan.secondsMax());
        return result(phase, before, 0);
    }

    private LoadResult paced() throws Exception {
        warmUp();
        double rate = plan.rate();
        if (rate < SHARE_MAX) {
            rate *= sender.run(plan.messageCount(), plan.secondsMax()).ratePerSecond();
        }
        var before = CpuTimes.now(serverPids);
        var phase = sender.runPaced(Long.MAX_VALUE, plan.secondsMax(), rate);
        return result(phase, before, rate);
    }

    private LoadResult drain() throws Exception {
        var filled = sender.run(plan.messageCount(), plan.secondsMax());
        if (filled.failedCount() > 0) {
            System.err.println("the backlog misses " + filled.failedCount() + ": " + filled.firstFailure());
        }
        long count = filled.acknowledgedCount();
        var arrivals = new Arrivals(count);
        var before = CpuTimes.now(serverPids);
        target.startDrain(arrivals);
        boolean isComplete = arrivals.await(TimeUnit.SECONDS.toMillis(plan.secondsMax()));
        var after = CpuTimes.now(serverPids);
        if (!isComplete) {
            System.err.println("only " + arrivals.count() + " of " + count + " were drained in time");
        }
        return new LoadResult(
                arrivals.count(),
                Math.max(0, count - arrivals.count()),
                arrivals.count() * 1e9 / arrivals.elapsedNanos(),
                new LoadResult.Latency(0, 0, 0, 0),
                after.serverMicrosPer(arrivals.count(), before),
                after.clientMicrosPer(arrivals.count(), before),
                after.othersShare(before),
                0,
                (arrivals.firstNanos() - before.wallNanos()) / 1e6);
    }

    private void warmUp() throws Exception {
        if (plan.warmupCount() > 0) {
            sender.run(plan.warmupCount(), plan.secondsMax());
        }
    }

    private LoadResult result(Phase phase, CpuTimes before, double offeredRate) {
        var after = CpuTimes.now(serverPids);
        var failure = phase.firstFailure();
        if (failure != null) {
            System.err.println(phase.failedCount() + " sends failed; the first: " + failure);
        }
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
                0);
    }
}
