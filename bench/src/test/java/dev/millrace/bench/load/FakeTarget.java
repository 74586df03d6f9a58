package dev.millrace.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Acknowledges at once while sends come one by one, and on {@link #flush} while they come in batches. */
final class FakeTarget implements LoadTarget {
    final AtomicLong sentCount = new AtomicLong();
    private final List<SendDone> heldBack = new ArrayList<>();

    @Override
    public void open(TargetSettings settings) {}

    @Override
    public void send(int queue, byte[] body) {
        sentCount.incrementAndGet();
    }

    @Override
    public synchronized void sendAsync(int queue, byte[] body, SendDone done) {
        sentCount.incrementAndGet();
        heldBack.add(done);
    }

    @Override
    public synchronized void flush() {
        var acknowledged = List.copyOf(heldBack);
        heldBack.clear();
        acknowledged.forEach(done -> done.done(null));
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        arrivals.arrived(sentCount.intValue());
    }

    @Override
    public void close() {}
}
