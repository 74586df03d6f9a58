package dev.millrace.bench.millrace;

import dev.millrace.bench.load.Arrivals;
import dev.millrace.bench.load.LoadTarget;
import dev.millrace.bench.load.SendDone;
import dev.millrace.bench.load.TargetSettings;

/**
 * Our own client: one producer, one consumer.
 *
 * <p>Owner: the driver; the producer is thread-safe. Every method says so until the client module is there.
 */
public final class MillraceTarget implements LoadTarget {
    @Override
    public void open(TargetSettings settings) {
        throw missing();
    }

    @Override
    public void send(int queue, byte[] body) {
        throw missing();
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) {
        throw missing();
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        throw missing();
    }

    @Override
    public void close() {}

    private static UnsupportedOperationException missing() {
        return new UnsupportedOperationException("our client is not wired into the bench; fill MillraceTarget");
    }
}
