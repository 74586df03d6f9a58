package dev.millrace.cli.local;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One server under supervision: its phase, its process, and when it may start again ({@link Phase} has the diagram).
 *
 * <p>Owner: main thread.
 */
final class Supervised {
    private static final Duration BACK_OFF_FIRST = Duration.ofMillis(500);
    private static final Duration BACK_OFF_MAX = Duration.ofSeconds(30);
    /** A server that was ready this long starts with the first back-off again. */
    private static final Duration STEADY = Duration.ofSeconds(60);

    private final ServerPlan plan;
    private Phase phase = Phase.WAITING;
    private Optional<ProcessIdentity> process = Optional.empty();
    private Instant startedAt = Instant.EPOCH;
    private Duration backOff = BACK_OFF_FIRST;
    private long phaseStartNanos;
    private int restarts;
    private int earlyEnds;

    Supervised(ServerPlan plan) {
        this.plan = plan;
    }

    ServerPlan plan() {
        return plan;
    }

    Phase phase() {
        return phase;
    }

    Optional<ProcessIdentity> process() {
        return process;
    }

    Duration backOff() {
        return backOff;
    }

    /** How often it ended before it was ever ready. */
    int earlyEnds() {
        return earlyEnds;
    }

    void started(ProcessIdentity identity, Instant at, long nowNanos) {
        process = Optional.of(identity);
        startedAt = at;
        enter(Phase.STARTING, nowNanos);
    }

    /** Takes over a process that an earlier supervisor started. */
    void adopted(RunState.Server earlier, long nowNanos) {
        process = earlier.process();
        startedAt = earlier.startedAt();
        restarts = earlier.restarts();
        enter(Phase.STARTING, nowNanos);
    }

    void ready(long nowNanos) {
        enter(Phase.READY, nowNanos);
        earlyEnds = Integer.MIN_VALUE;
    }

    /** The process is gone though nobody asked: starts again after a back-off that doubles. */
    void crashed(long nowNanos) {
        boolean wasSteady = phase == Phase.READY && nowNanos - phaseStartNanos > STEADY.toNanos();
        if (wasSteady || restarts == 0) {
            backOff = BACK_OFF_FIRST;
        } else {
            backOff = backOff.multipliedBy(2).compareTo(BACK_OFF_MAX) > 0 ? BACK_OFF_MAX : backOff.multipliedBy(2);
        }
        restarts++;
        earlyEnds++;
        enter(Phase.BACKING_OFF, nowNanos);
    }

    boolean mayStartAgain(long nowNanos) {
        return phase == Phase.BACKING_OFF && nowNanos - phaseStartNanos >= backOff.toNanos();
    }

    void ended(long nowNanos) {
        enter(Phase.ENDED, nowNanos);
    }

    RunState.Server state() {
        return new RunState.Server(
                plan.name(),
                plan.role(),
                plan.host(),
                plan.port(),
                plan.httpPort(),
                plan.copy(),
                process,
                startedAt,
                phase,
                restarts);
    }

    private void enter(Phase next, long nowNanos) {
        phase = next;
        phaseStartNanos = nowNanos;
    }
}
