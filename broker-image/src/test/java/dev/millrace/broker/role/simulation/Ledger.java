package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.RoleView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What clients were told, and whether it stays true. Whatever a copy publishes as committed counts as read by somebody.
 * Owner: one simulation.
 */
final class Ledger {
    private final World world;
    private long[] committed = new long[64];
    private int end;
    private final Set<Long> acknowledged = new HashSet<>();
    private final Map<Long, CopyProcess> acknowledgers = new HashMap<>();
    private final Map<Long, CopyProcess> writers = new HashMap<>();
    private final Set<Long> approvedEpochs = new HashSet<>();
    private long openedEpoch;
    private long[] openedLog = new long[0];
    private long acknowledgedInOpened;

    Ledger(World world) {
        this.world = world;
    }

    int end() {
        return end;
    }

    long acknowledgedCount() {
        return acknowledged.size();
    }

    long openedEpoch() {
        return openedEpoch;
    }

    /** Somebody agreed that what the master of this epoch lacks is lost. */
    void approve(long epoch) {
        approvedEpochs.add(epoch);
    }

    /** Whether a disk has all that was told to anybody. */
    boolean isWhole(Disk disk, int diskEnd) {
        return diskEnd >= end && disk.commonWith(committed, end) >= end;
    }

    void published(CopyProcess process, RoleView before, RoleView now) {
        if (now.committed() < before.committed()) {
            throw new Violation(
                    "committed goes back", process + " from " + before.committed() + " to " + now.committed());
        }
        if (now.role() == RoleView.Role.DIVERGED && !isLossAllowed(0, Long.MAX_VALUE)) {
            throw new Violation("a copy must cut what was committed", process + " knows " + now.committed());
        }
        if (now.isWritable()) {
            checkWriter(process, now);
            if (now.epoch() > openedEpoch) {
                opened(process, now);
            }
        }
        if ((now.isReadable() || now.isWritable()) && !isLossSince(now.epoch())) {
            boolean isAllRead = world.plan().leftOut() == Plan.LeftOut.READ_COMMITTED && now.isWritable();
            checkCommitted(process, isAllRead ? process.disk().end() : now.committed());
        }
    }

    /** Whether what is read in an old epoch may be what was given up since. */
    private boolean isLossSince(long epoch) {
        return epoch < openedEpoch && isLossAllowed(epoch, openedEpoch);
    }

    private boolean isLossAllowed(long before, long now) {
        return world.plan().acks() == GroupSpec.Acks.ASYNC
                || approvedEpochs.stream().anyMatch(epoch -> epoch > before && epoch <= now);
    }

    private void checkWriter(CopyProcess process, RoleView now) {
        CopyProcess first = writers.putIfAbsent(now.epoch(), process);
        if (first != null && first != process) {
            throw new Violation(
                    "two writers in an epoch", process + " in epoch " + now.epoch() + ", which is that of " + first);
        }
        if (process.disk().history().lastEpoch() != now.epoch()) {
            throw new Violation(
                    "open before the epoch is begun",
                    process + " in epoch " + now.epoch() + " with "
                            + process.disk().history());
        }
    }

    private void opened(CopyProcess process, RoleView now) {
        Disk disk = process.disk();
        boolean isLossAllowed = isLossAllowed(openedEpoch, now.epoch());
        int common = disk.commonWith(committed, end);
        if (isLossAllowed) {
            for (int i = common; i < end; i++) {
                acknowledged.remove(committed[i]);
            }
            end = common;
        } else if (common < end) {
            boolean isAcknowledged = acknowledged.contains(committed[common]);
            throw new Violation(
                    isAcknowledged ? "acknowledged message lost" : "read message lost",
                    process + " opens in epoch " + now.epoch() + " without payload " + committed[common]
                            + " at position " + common + "; its log ends at " + disk.end());
        }
        openedEpoch = now.epoch();
        openedLog = disk.copyOfLog();
        acknowledgedInOpened = 0;
    }

    private void checkCommitted(CopyProcess process, long position) {
        Disk disk = process.disk();
        if (position > disk.end()) {
            throw new Violation(
                    "committed beyond the log", process + " committed " + position + ", log ends at " + disk.end());
        }
        for (int i = Math.min(process.checkedTo(), end); i < position; i++) {
            if (i < end) {
                if (committed[i] != disk.payload(i)) {
                    throw new Violation(
                            acknowledged.contains(committed[i])
                                    ? "acknowledged message replaced"
                                    : "committed prefixes differ",
                            process + " has payload " + disk.payload(i) + " at position " + i + ", others read "
                                    + committed[i]);
                }
            } else {
                if (end == committed.length) {
                    committed = Arrays.copyOf(committed, end * 2);
                }
                committed[end++] = disk.payload(i);
            }
        }
        process.setCheckedTo((int) position);
    }

    void acknowledged(CopyProcess process, long epoch, int position, long payload) {
        CopyProcess first = acknowledgers.putIfAbsent(epoch, process);
        if (first != null && first != process) {
            throw new Violation(
                    "two acknowledge in an epoch", process + " in epoch " + epoch + ", which is that of " + first);
        }
        if (process.disk().end() <= position || process.disk().payload(position) != payload) {
            throw new Violation("acknowledged what is gone", process + " payload " + payload + " at " + position);
        }
        if (epoch < openedEpoch && (position >= openedLog.length || openedLog[position] != payload)) {
            if (world.plan().acks() == GroupSpec.Acks.ALL_IN_SYNC) {
                throw new Violation(
                        "acknowledged behind a new master",
                        process + " payload " + payload + " in epoch " + epoch + ", epoch " + openedEpoch
                                + " is open without it");
            }
            return;
        }
        if (epoch == openedEpoch) {
            acknowledgedInOpened++;
        }
        acknowledged.add(payload);
    }

    /** Acknowledgements of the newest master. */
    long acknowledgedInOpened() {
        return acknowledgedInOpened;
    }
}
