package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.Faults;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The lane to one broker: asks first what the broker knows, keeps what comes meanwhile, then hands all to the lane that
 * suits.
 *
 * <p>Thread-safe: what waits is guarded by one private lock.
 */
final class BrokerLane implements Lane {
    private final BrokerFeatures features;
    private final String address;
    private final Function<Integer, Lane> lanes;
    private final Outcome outcome;
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Waiting> waiting = new ArrayList<>();
    private boolean isAsking;
    private volatile @Nullable Lane lane;

    private record Waiting(PendingSend send, byte[] topic) {}

    /** @param lanes the lane for a broker with these features */
    BrokerLane(BrokerFeatures features, String address, Function<Integer, Lane> lanes, Outcome outcome) {
        this.features = features;
        this.address = address;
        this.lanes = lanes;
        this.outcome = outcome;
    }

    @Override
    public void add(PendingSend send, byte[] topic) {
        Lane known = lane;
        if (known != null) {
            known.add(send, topic);
            return;
        }
        boolean asks;
        lock.lock();
        try {
            known = lane;
            asks = known == null && !isAsking;
            isAsking |= asks;
            if (known == null) {
                waiting.add(new Waiting(send, topic));
            }
        } finally {
            lock.unlock();
        }
        if (known != null) {
            known.add(send, topic);
        } else if (asks) {
            features.of(address).whenComplete(this::answered);
        }
    }

    private void answered(@Nullable Integer bits, @Nullable Throwable fault) {
        Lane fresh = bits == null ? null : lanes.apply(bits);
        while (true) {
            List<Waiting> batch;
            lock.lock();
            try {
                batch = List.copyOf(waiting);
                waiting.clear();
                if (batch.isEmpty() || fresh == null) {
                    isAsking = false;
                    lane = fresh; // from here on messages go past the list, behind those that waited in it
                }
            } finally {
                lock.unlock();
            }
            if (batch.isEmpty()) {
                return;
            }
            handOn(batch, fresh, fault);
            if (fresh == null) {
                return;
            }
        }
    }

    private void handOn(List<Waiting> batch, @Nullable Lane fresh, @Nullable Throwable fault) {
        if (fresh != null) {
            batch.forEach(each -> fresh.add(each.send(), each.topic()));
            return;
        }
        ClientException cause = Faults.of(fault == null ? new AssertionError("neither features nor fault") : fault);
        batch.forEach(each -> outcome.failed(each.send(), cause));
    }

    /** Asks again with the next message: another broker may answer under this address. */
    void forget() {
        lane = null;
    }

    @Override
    public void flush() {
        Lane known = lane;
        if (known != null) {
            known.flush();
        }
    }
}
