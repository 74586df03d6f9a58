package dev.millrace.store.retention;

import dev.millrace.store.Disk;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.WriteState;
import dev.millrace.store.commitlog.LogProgress;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.SegmentSupply;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.dispatch.Dispatcher;
import dev.millrace.store.file.LogSegment;

/**
 * Keeps the next segment ready, refuses appends before the disk is full, and admits them again when space is back.
 *
 * <p>Owner: upkeep thread.
 */
public final class SpaceWatch {
    private final StoreConfig config;
    private final LogSegments segments;
    private final SegmentSupply supply;
    private final LogProgress progress;
    private final WriteGate gate;
    private final Dispatcher dispatcher;

    public SpaceWatch(
            StoreConfig config,
            LogSegments segments,
            SegmentSupply supply,
            LogProgress progress,
            WriteGate gate,
            Dispatcher dispatcher) {
        this.config = config;
        this.segments = segments;
        this.supply = supply;
        this.progress = progress;
        this.gate = gate;
        this.dispatcher = dispatcher;
    }

    /** Looks at the space; closes or opens the gate. */
    public void look() {
        Disk.Space space = segments.disk().space(segments.folder());
        if (space.usedRatio() > config.diskFullRatio()) {
            gate.refuseForSpace("disk of " + segments.folder() + " is used to " + percent(space.usedRatio())
                    + ", store.disk.full-ratio is " + percent(config.diskFullRatio())
                    + "; free space, add disk or shorten store.retention");
        } else if (space.freeBytes() < config.diskReserveBytes()) {
            gate.refuseForSpace("disk of " + segments.folder() + " has " + space.freeBytes()
                    + " bytes free, store.disk.reserve is " + config.diskReserveBytes()
                    + "; free space, add disk or shorten store.retention");
        } else if (gate.current() == WriteState.DISK_FULL && !dispatcher.lacksSpace() && hasSegment()) {
            gate.admit();
        }
    }

    /** Makes the next segment once the current one is half full; true if one was made. */
    public boolean prepareNext() {
        LogSegment last = segments.last();
        boolean isHalfFull = last != null && progress.appended() - last.basePosition() > last.length() / 2;
        if (!isHalfFull || gate.current() != WriteState.WRITABLE) {
            return false;
        }
        try {
            return supply.prepare();
        } catch (DiskFullException e) {
            // The current segment still has room: the commit-log thread decides when it has not.
            return false;
        }
    }

    private boolean hasSegment() {
        try {
            supply.prepare();
            return true;
        } catch (DiskFullException e) {
            return false;
        }
    }

    private static String percent(double ratio) {
        return Math.round(ratio * 1000) / 10.0 + " %";
    }
}
