package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.StoredState;
import dev.millrace.store.epoch.EpochHistory;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * One disk: a log whose positions count payloads, and what is stored about the group. A process crash loses nothing that was
 * written, a power loss all that was not forced, or a part of it. Owner: one simulation.
 */
final class Disk {
    final int replica;
    private long[] payloads = new long[64];
    private int end;
    private int forced;
    private int cuts;
    private EpochHistory history = EpochHistory.empty();
    private StoredState stored;
    private final Deque<Runnable> storedChanges = new ArrayDeque<>();
    private final Deque<Runnable> logChanges = new ArrayDeque<>();

    Disk(int replica, String storageId) {
        this.replica = replica;
        this.stored = StoredState.fresh(storageId);
    }

    Member member() {
        return new Member(replica, stored.storageId());
    }

    StoredState stored() {
        return stored;
    }

    int end() {
        return end;
    }

    int forced() {
        return forced;
    }

    int cuts() {
        return cuts;
    }

    EpochHistory history() {
        return history;
    }

    long payload(int position) {
        return payloads[position];
    }

    long[] copyOfLog() {
        return Arrays.copyOf(payloads, end);
    }

    /** How far the log is the same as another one. */
    int commonWith(long[] other, int otherEnd) {
        int most = Math.min(end, otherEnd);
        for (int i = 0; i < most; i++) {
            if (payloads[i] != other[i]) {
                return i;
            }
        }
        return most;
    }

    void append(long epoch, long payload) {
        if (epoch > history.lastEpoch()) {
            history = history.begin(epoch, end);
        } else if (epoch < history.lastEpoch()) {
            throw new Violation(
                    "an older epoch behind a newer one",
                    "epoch " + epoch + " at position " + end + " of disk " + stored.storageId() + ", history "
                            + history);
        }
        if (end == payloads.length) {
            payloads = Arrays.copyOf(payloads, end * 2);
        }
        payloads[end++] = payload;
    }

    void forced(int position, int cutsThen) {
        if (cuts == cutsThen) {
            forced = Math.max(forced, Math.min(position, end));
        }
    }

    /** Begins to write the state; it is forced by the time {@link #finishStored} returns for it. */
    void beginStored(StoredState next) {
        storedChanges.add(() -> stored = next);
    }

    void finishStored() {
        storedChanges.remove().run();
    }

    void beginCut(int position) {
        logChanges.add(() -> {
            cuts++;
            end = Math.min(end, position);
            forced = Math.min(forced, end);
            history = history.cutAt(end);
        });
    }

    void beginEpoch(long epoch) {
        logChanges.add(() -> {
            if (epoch > history.lastEpoch()) {
                history = history.begin(epoch, end);
            }
            forced = end;
        });
    }

    void finishLog() {
        logChanges.remove().run();
    }

    /** The process is gone; what was under way was done or not. */
    void abandon(Dice dice) {
        finishSome(storedChanges, dice);
        finishSome(logChanges, dice);
    }

    private static void finishSome(Deque<Runnable> changes, Dice dice) {
        int count = dice.below(changes.size() + 1);
        for (int i = 0; i < count; i++) {
            changes.remove().run();
        }
        changes.clear();
    }

    /** After {@link #abandon}: the log ends at {@code newEnd}, at least at what was forced. */
    void losePower(int newEnd, boolean isVolatile) {
        cuts++;
        end = newEnd;
        forced = end;
        // An entry was forced before anything of its epoch: one that begins at the end stays.
        history = new EpochHistory(history.entries().stream()
                .filter(entry -> entry.start() <= newEnd)
                .toList());
        if (isVolatile) {
            setVolatile(true);
        }
    }

    void clearVolatile() {
        setVolatile(false);
    }

    private void setVolatile(boolean isVolatile) {
        stored = new StoredState(
                stored.storageId(), stored.epoch(), stored.record(), isVolatile, stored.promisedEpoch());
    }
}
