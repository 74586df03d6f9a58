package dev.millrace.broker.delay;

import dev.millrace.store.DiskFullException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells that the calendar lacks space: when that begins, once a minute, and when it ends.
 *
 * <p>Owner: the delays thread.
 */
final class SpaceWarning {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceWarning.class);
    private static final long REPEAT_MS = 60_000;

    private boolean isRaised;
    private long loggedMs;
    private long turns;

    /** @return whether it was logged */
    boolean raised(long nowMs, DiskFullException fault) {
        turns++;
        if (isRaised && nowMs - loggedMs < REPEAT_MS) {
            return false;
        }
        isRaised = true;
        loggedMs = nowMs;
        LOG.atWarn()
                .addKeyValue("error", fault.getMessage())
                .log("the calendar of messages that are held back has no space, tried {} times; free space", turns);
        return true;
    }

    void ended() {
        if (isRaised) {
            LOG.atInfo().log("the calendar of messages that are held back has space again after {} tries", turns);
            isRaised = false;
            turns = 0;
        }
    }
}
