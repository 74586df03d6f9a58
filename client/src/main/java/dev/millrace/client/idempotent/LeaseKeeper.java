package dev.millrace.client.idempotent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews the leases of messages that are being handled, when a third of their time is over. A listener that is fast never
 * sees a renewal.
 *
 * <p>Owner: the renewal thread calls {@link #doWork}; listeners add and remove in a concurrent set.
 */
final class LeaseKeeper {
    /** Messages in hand at one time; consumers have far fewer threads. */
    static final int LEASES_MAX = 65_536;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final int RENEWALS_A_CALL = 256;

    private final IdempotenceStore store;
    private final Duration lease;
    private final LongSupplier nanos;
    private final Counters counters;
    private final Set<Lease> leases = ConcurrentHashMap.newKeySet();

    LeaseKeeper(IdempotenceStore store, Duration lease, LongSupplier nanos, Counters counters) {
        this.store = store;
        this.lease = lease;
        this.nanos = nanos;
        this.counters = counters;
    }

    void add(List<Lease> more) {
        if (leases.size() + more.size() > LEASES_MAX) {
            throw new IdempotenceException("more than " + LEASES_MAX
                    + " messages are being handled; use fewer threads or smaller batches for this listener");
        }
        leases.addAll(more);
    }

    void remove(List<Lease> done) {
        done.forEach(leases::remove);
    }

    /** Renews what is due; gives how many. A failing store ends the turn: the next one tries again. */
    int doWork() {
        List<Lease> due = due();
        int count = 0;
        try {
            for (int from = 0; from < due.size(); from += RENEWALS_A_CALL) {
                List<Lease> part = due.subList(from, Math.min(due.size(), from + RENEWALS_A_CALL));
                count += renew(part);
            }
        } catch (RuntimeException e) {
            // A periodic task ends with its first exception, so none gets out.
            counters.add(Counters.Kind.STORE_FAILURE, 1);
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("leases not renewed; trying again");
        }
        return count;
    }

    private List<Lease> due() {
        long now = nanos.getAsLong();
        List<Lease> due = new ArrayList<>();
        for (Lease each : leases) {
            if (each.isRenewalDue(now)) {
                due.add(each);
            }
        }
        return due;
    }

    private int renew(List<Lease> part) {
        long askedAt = nanos.getAsLong();
        List<Boolean> renewed = store.renewAll(part.stream().map(Lease::claim).toList(), lease);
        for (int i = 0; i < part.size(); i++) {
            Lease each = part.get(i);
            if (renewed.get(i)) {
                each.renewed(askedAt);
            } else {
                each.lost(); // or it was completed meanwhile; its listener knows
            }
        }
        return part.size();
    }
}
