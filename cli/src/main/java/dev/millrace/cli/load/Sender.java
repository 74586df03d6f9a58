package dev.millrace.cli.load;

import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Offers one phase of load to a target in the shape of the plan. Owner: the driver's main thread. */
final class Sender {
    private static final int BODY_COUNT = 64;
    private static final long BODY_SEED = 42;
    private static final long ANSWER_TIMEOUT_MS = 120_000;
    private static final long PACE_SLACK_NANOS = 20_000;

    private final LoadTarget target;
    private final LoadPlan plan;
    private final byte[][] bodies;

    Sender(LoadTarget target, LoadPlan plan) {
        this.target = target;
        this.plan = plan;
        this.bodies = new byte[BODY_COUNT][plan.bodyBytes()];
        var random = new SplittableRandom(BODY_SEED);
        for (var body : bodies) {
            random.nextBytes(body);
        }
    }

    /** Sends until the count or the time is reached and all answers are here. */
    Phase run(Bounds bounds) throws Exception {
        var phase = new Phase(bounds);
        switch (plan.shape()) {
            case WAITING -> waiting(phase);
            case IN_FLIGHT -> inFlight(phase);
            case STREAM, PACED -> stream(phase, plan.lanes());
            case FILL, DRAIN -> throw new AssertionError("a backlog is written by Backlog, not as " + plan.shape());
        }
        phase.end();
        return phase;
    }

    /** Sends {@code rate} messages a second; an answer's latency counts from the time its send was due. */
    Phase runPaced(Bounds bounds, double rate) throws Exception {
        var free = new Semaphore(plan.lanes());
        var phase = new Phase(bounds);
        double intervalNanos = 1e9 / rate;
        for (long ticket = phase.ticket(System.nanoTime()); ticket >= 0; ticket = phase.ticket(System.nanoTime())) {
            long dueNanos = phase.startNanos() + (long) (ticket * intervalNanos);
            awaitTime(dueNanos);
            acquire(free);
            target.sendAsync(plan.queueOf(ticket), body(ticket), failure -> {
                phase.answered(dueNanos, failure);
                free.release();
            });
        }
        target.flush();
        awaitAnswers(free, plan.lanes());
        phase.end();
        return phase;
    }

    /** The bodies that are sent in turn. */
    byte[][] bodies() {
        return bodies.clone();
    }

    private void waiting(Phase phase) throws InterruptedException {
        var threads = new ArrayList<Thread>();
        for (int lane = 0; lane < plan.lanes(); lane++) {
            var builder = plan.has(LoadPlan.Option.VIRTUAL_THREADS) ? Thread.ofVirtual() : Thread.ofPlatform();
            threads.add(builder.name("lane-", lane).start(() -> waitingLane(phase)));
        }
        for (var thread : threads) {
            thread.join();
        }
    }

    private void waitingLane(Phase phase) {
        long now = System.nanoTime();
        for (long ticket = phase.ticket(now); ticket >= 0; ticket = phase.ticket(now)) {
            Throwable failure = null;
            try {
                target.send(plan.queueOf(ticket), body(ticket));
            } catch (Exception e) {
                failure = e;
            }
            phase.answered(now, failure);
            now = System.nanoTime();
        }
    }

    private void inFlight(Phase phase) throws InterruptedException {
        var lanes = new CountDownLatch(plan.lanes());
        for (int lane = 0; lane < plan.lanes(); lane++) {
            new Lane(phase, lanes).next();
        }
        if (!lanes.await(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(lanes.getCount() + " sends in flight got no answer");
        }
    }

    private void stream(Phase phase, int unansweredMax) throws Exception {
        var free = new Semaphore(unansweredMax);
        long now = System.nanoTime();
        for (long ticket = phase.ticket(now); ticket >= 0; ticket = phase.ticket(now)) {
            acquire(free);
            long sinceNanos = now;
            target.sendAsync(plan.queueOf(ticket), body(ticket), failure -> {
                phase.answered(sinceNanos, failure);
                free.release();
            });
            now = System.nanoTime();
        }
        target.flush();
        awaitAnswers(free, unansweredMax);
    }

    private void acquire(Semaphore free) throws Exception {
        if (!free.tryAcquire()) {
            target.flush();
            awaitAnswers(free, 1);
        }
    }

    private byte[] body(long ticket) {
        return bodies[(int) (ticket % BODY_COUNT)];
    }

    private static void awaitTime(long dueNanos) {
        for (long left = dueNanos - System.nanoTime(); left > PACE_SLACK_NANOS; left = dueNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static void awaitAnswers(Semaphore answers, int count) throws InterruptedException {
        if (!answers.tryAcquire(count, ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("sends got no answer within " + ANSWER_TIMEOUT_MS + " ms");
        }
    }

    /** One message under way; its answer starts the next. Owner: whichever thread brings the answer. */
    private final class Lane implements SendDone {
        private final Phase phase;
        private final CountDownLatch lanes;
        private long sinceNanos;

        Lane(Phase phase, CountDownLatch lanes) {
            this.phase = phase;
            this.lanes = lanes;
        }

        @Override
        public void done(@Nullable Throwable failure) {
            phase.answered(sinceNanos, failure);
            next();
        }

        void next() {
            sinceNanos = System.nanoTime();
            long ticket = phase.ticket(sinceNanos);
            if (ticket == Phase.NO_TICKET) {
                lanes.countDown();
                return;
            }
            try {
                target.sendAsync(plan.queueOf(ticket), body(ticket), this);
            } catch (Exception e) {
                phase.answered(sinceNanos, e);
                lanes.countDown();
            }
        }
    }
}
