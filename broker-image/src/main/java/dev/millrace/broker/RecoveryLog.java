package dev.millrace.broker;

import dev.millrace.store.RecoveryListener;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells how far recovery is, at most each second and at every new phase. Owner: the recovering thread. */
final class RecoveryLog implements RecoveryListener {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryLog.class);
    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    private final LongSupplier nanoTime;
    private volatile BrokerReadiness readiness =
            new BrokerReadiness(false, "recovering", Phase.CHECKING_LOG.name(), 0, 0, null);
    private Phase lastPhase = Phase.DONE;
    private long lastNanos;

    RecoveryLog(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What health checks are told; any thread. */
    BrokerReadiness readiness() {
        return readiness;
    }

    /** The broker serves; any thread. */
    void serves(String role, long position) {
        readiness = new BrokerReadiness(true, role, Phase.DONE.name(), position, position, null);
    }

    /** What a copy of a broker group is now; any thread. */
    void isCopy(boolean isReady, String role, long end, CopyReadiness copy) {
        readiness = new BrokerReadiness(isReady, role, Phase.DONE.name(), end, end, copy);
    }

    @Override
    public void progress(Phase phase, long donePosition, long endPosition) {
        readiness = new BrokerReadiness(false, "recovering", phase.name(), donePosition, endPosition, null);
        long now = nanoTime.getAsLong();
        if (phase != lastPhase || now - lastNanos >= PERIOD_NANOS) {
            lastPhase = phase;
            lastNanos = now;
            LOG.atInfo().addKeyValue("position", donePosition).log("recovery: {} of {}", phase, endPosition);
        }
    }
}
