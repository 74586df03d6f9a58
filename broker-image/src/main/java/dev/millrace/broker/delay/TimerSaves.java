package dev.millrace.broker.delay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Saves the calendar now and then. The delays thread makes a snapshot and waits until the log is durable up to it; the
 * upkeep thread writes it, since that blocks.
 *
 * <p>Owner: the delays thread, but {@link #write}; {@code ready} and {@code written} pass a snapshot over and back.
 */
final class TimerSaves {
    /** Without messages that are held back it is saved this much more seldom. */
    private static final int IDLE_FACTOR = 6;

    private static final long SOON_MS = 1000;

    private final TimerLedger ledger;
    private final TimerFollower follower;
    private final long intervalMs;
    private TimerCalendar.@Nullable Snapshot waiting;
    private volatile TimerCalendar.@Nullable Snapshot ready;
    private volatile TimerCalendar.@Nullable Snapshot written;
    private boolean isHandedOver;
    private boolean isChanged;
    private boolean isWantedSoon;
    private long savedPosition;
    private long lastMs;

    TimerSaves(TimerLedger ledger, TimerFollower follower, Duration interval) {
        this.ledger = ledger;
        this.follower = follower;
        this.intervalMs = interval.toMillis();
        this.savedPosition = ledger.calendar().position();
    }

    /** The store waits for it. */
    void askSoon() {
        isWantedSoon = true;
    }

    /** @param durable everything that records before it settle is out of the calendar */
    void turn(long nowMs, long reached, boolean hasChanged, long durable) {
        isChanged |= hasChanged;
        TimerCalendar.Snapshot done = written;
        if (done != null) {
            written = null;
            waiting = null;
            isHandedOver = false;
            finish(done);
        }
        if (waiting == null && isTime(nowMs) && reached > savedPosition) {
            begin(nowMs, reached);
        }
        TimerCalendar.Snapshot next = waiting;
        if (next != null && !isHandedOver && next.checkpoint().position() <= durable) {
            isHandedOver = true;
            ready = next;
        }
        if (isWantedSoon) {
            publishRemovable();
        }
    }

    private boolean isTime(long nowMs) {
        long age = nowMs - lastMs;
        return isWantedSoon && age >= Math.min(SOON_MS, intervalMs)
                || age >= (isChanged ? intervalMs : IDLE_FACTOR * intervalMs);
    }

    private void begin(long nowMs, long reached) {
        ledger.tidy(nowMs);
        waiting = ledger.calendar().snapshot(reached);
        lastMs = nowMs;
        isChanged = false;
        isWantedSoon = false;
    }

    private void finish(TimerCalendar.Snapshot done) {
        ledger.calendar().written(done);
        savedPosition = done.checkpoint().position();
        publishRemovable();
    }

    private void publishRemovable() {
        follower.setRemovableBefore(Math.min(savedPosition, ledger.calendar().oldestPosition()));
    }

    /** Upkeep thread: writes what is ready. */
    void write() {
        TimerCalendar.Snapshot target = ready;
        if (target != null) {
            ledger.calendar().write(target);
            ready = null;
            written = target;
        }
    }

    /** After the last turn and the last {@link #write}, on the thread that closes. */
    void writeLast(long reached, long durable) {
        if (reached > savedPosition && reached <= durable) {
            ledger.calendar().write(ledger.calendar().snapshot(reached));
        }
    }
}
