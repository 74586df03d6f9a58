package dev.millrace.client.idempotent;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a store forget what is over, a bounded number of records a turn. Owner: a thread of its own, so that a store that is
 * slow at this does not hold up renewals.
 */
final class Forgetting {
    static final int FORGET_A_PASS = 1000;
    static final int PASSES_MAX = 10;

    private static final Logger LOG = LoggerFactory.getLogger(Forgetting.class);

    private final IdempotenceStore store;
    private final Counters counters;

    Forgetting(IdempotenceStore store, Counters counters) {
        this.store = store;
        this.counters = counters;
    }

    /** Forgets; gives how many. A failing store ends the turn: the next one tries again. */
    int doWork() {
        int count = 0;
        try {
            for (int pass = 0; pass < PASSES_MAX; pass++) {
                int forgotten = store.forgetExpired(FORGET_A_PASS);
                count += forgotten;
                if (forgotten < FORGET_A_PASS) {
                    break;
                }
            }
        } catch (RuntimeException e) {
            // A periodic task ends with its first exception, so none gets out.
            counters.add(Counters.Kind.STORE_FAILURE, 1);
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("what is over not forgotten; trying again");
        }
        return count;
    }
}
