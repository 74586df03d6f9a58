package dev.millrace.store;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The bell of one agent: costs a volatile read when the agent is awake and one unpark when it sleeps.
 *
 * <p>Thread-safe: {@code sleeper} is written by the agent's thread and cleared by whoever wakes it.
 */
public final class WakeUp {
    private volatile @Nullable Thread sleeper;

    /** Wakes the agent if it sleeps or is about to. Call after the work is visible. */
    public void signal() {
        Thread thread = sleeper;
        if (thread != null) {
            sleeper = null;
            LockSupport.unpark(thread);
        }
    }

    /** Announces a sleep; the agent must look for work once more before {@link #sleep}. */
    public void announce() {
        sleeper = Thread.currentThread();
    }

    /** Takes the announcement back. */
    public void revoke() {
        sleeper = null;
    }

    /** Sleeps until signalled, interrupted, or for {@code nanosMax}. */
    public void sleep(long nanosMax) {
        if (sleeper != null) {
            LockSupport.parkNanos(this, nanosMax);
            sleeper = null;
        }
    }
}
