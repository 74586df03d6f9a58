package dev.millrace.cli.load;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongPredicate;

/**
 * A client and a broker in memory: answers on a thread of its own, batches on {@link #flush} or when {@code batchMax} are
 * held back, and loses or refuses what a test asks for.
 */
public final class FakeTarget implements LoadTarget {
    private final ExecutorService answers = Executors.newSingleThreadExecutor();
    private final List<SendDone> heldBack = new ArrayList<>();
    private final Map<Integer, Long> queueCounts = new HashMap<>();
    private LongPredicate refusal = number -> false;
    private int batchMax = 1;
    private int drainLoss;
    private long attemptCount;
    private long storedCount;
    private int heldBackMax;

    /** Refuses the send with this 1-based number. */
    public FakeTarget refusing(LongPredicate newRefusal) {
        refusal = newRefusal;
        return this;
    }

    public FakeTarget batching(int countMax) {
        batchMax = countMax;
        return this;
    }

    /** The consumer misses so many; below zero: it gets some twice. */
    public FakeTarget losing(int count) {
        drainLoss = count;
        return this;
    }

    /** Messages that were acknowledged, or will be. */
    public synchronized long storedCount() {
        return storedCount;
    }

    synchronized Map<Integer, Long> queueCounts() {
        return Map.copyOf(queueCounts);
    }

    synchronized int heldBackMax() {
        return heldBackMax;
    }

    @Override
    public void open(TargetSettings settings) {}

    @Override
    public synchronized void send(int queue, byte[] body) {
        if (!isStored(queue)) {
            throw new IllegalStateException("refused");
        }
    }

    @Override
    public synchronized void sendAsync(int queue, byte[] body, SendDone done) {
        boolean isStored = isStored(queue);
        heldBack.add(failure -> done.done(isStored ? null : new IllegalStateException("refused")));
        heldBackMax = Math.max(heldBackMax, heldBack.size());
        if (heldBack.size() >= batchMax) {
            flush();
        }
    }

    @Override
    public synchronized void flush() {
        var batch = List.copyOf(heldBack);
        heldBack.clear();
        answers.execute(() -> batch.forEach(done -> done.done(null)));
    }

    @Override
    public synchronized void startDrain(Arrivals arrivals) {
        arrivals.arrived((int) storedCount - drainLoss);
    }

    @Override
    public void close() {
        answers.shutdownNow();
    }

    private boolean isStored(int queue) {
        attemptCount++;
        if (refusal.test(attemptCount)) {
            return false;
        }
        storedCount++;
        queueCounts.merge(queue, 1L, Long::sum);
        return true;
    }
}
