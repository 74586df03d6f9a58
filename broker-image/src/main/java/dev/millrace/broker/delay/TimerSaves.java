package dev.millrace.broker.delay;

import dev.millrace.store.DiskFullException;
import dev.millrace.store.StoreException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves the calendar now and then. The delays thread makes a snapshot and waits until the log is durable up to all that
 * the snapshot knows of; the upkeep thread writes it, since that blocks. A force that fails is final: nobody knows what is
 * on the disk, so nothing is saved any more, further messages are refused, and the log is kept from the last good save on.
 *
 * <p>Owner: the delays thread, but {@link #write}; {@code ready} and {@code written} pass a snapshot over and back.
 */
final class TimerSaves {
    /** Without messages that are held back it is saved this much more seldom. */
    private static final int IDLE_FACTOR = 6;

    private static final long SOON_MS = 1000;
    private static final Logger LOG = LoggerFactory.getLogger(TimerSaves.class);

    private final TimerLedger ledger;
    private final TimerFollower follower;
    private final long intervalMs;
    private TimerCalendar.@Nullable Snapshot waiting;
    private volatile TimerCalendar.@Nullable Snapshot ready;
    private volatile TimerCalendar.@Nullable Snapshot written;
    /** The log has to be durable up to here before {@code waiting} is written. */
    private long waitingNeeds;

    private boolean isHandedOver;
    /** Upkeep thread. */
    private boolean lacksSpace;

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

    /**
     * What the calendar holds of the log.
     *
     * @param reached nothing is missing before it
     * @param followed nothing is known behind it
     */
    record Extent(long reached, long followed) {}

    /** @param durable everything that records before it settle is out of the calendar */
    void turn(long nowMs, Extent extent, boolean hasChanged, long durable) {
        isChanged |= hasChanged;
        TimerCalendar.Snapshot done = written;
        if (done != null) {
            written = null;
            waiting = null;
            isHandedOver = false;
            finish(done);
        }
        if (waiting == null && isTime(nowMs) && extent.reached > savedPosition) {
            begin(nowMs, extent);
        }
        TimerCalendar.Snapshot next = waiting;
        if (next != null && !isHandedOver && waitingNeeds <= durable) {
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

    private void begin(long nowMs, Extent extent) {
        ledger.tidy(nowMs);
        waiting = ledger.calendar().snapshot(extent.reached);
        waitingNeeds = Math.max(extent.reached, extent.followed);
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
        if (target != null && write(target)) {
            ready = null;
            written = target;
        }
    }

    /** After the last turn and the last {@link #write}, on the thread that closes. */
    void writeLast(Extent extent, long durable) {
        if (extent.reached > savedPosition && Math.max(extent.reached, extent.followed) <= durable) {
            write(ledger.calendar().snapshot(extent.reached));
        }
    }

    private boolean write(TimerCalendar.Snapshot snapshot) {
        if (follower.hasFailed()) {
            return false;
        }
        try {
            ledger.calendar().write(snapshot);
            lacksSpace = false;
            return true;
        } catch (DiskFullException e) {
            // Raised while the checkpoint's file is made, behind the force: it can be made again.
            if (!lacksSpace) {
                lacksSpace = true;
                LOG.atWarn().addKeyValue("error", e.getMessage()).log("the calendar waits for space to be saved");
            }
            return false;
        } catch (StoreException e) {
            follower.fail();
            LOG.atError()
                    .setCause(e)
                    .log(
                            "the calendar of messages that are held back can't be saved and takes no more of them; check the"
                                    + " disk and restart the broker, which makes it again from the log");
            return false;
        }
    }
}
