package dev.millrace.store.dispatch;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Agent;
import dev.millrace.store.DiskFullException;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.commitlog.LogSegments;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.file.LogSegment;
import dev.millrace.store.queue.QueueTable;
import java.util.function.LongSupplier;

/**
 * Follows the log, record by record.
 *
 * <p>Owner: dispatch thread. {@code position}, {@code storeTimeMs} and {@code lacksSpace} are read by others. Without
 * space for a queue or the index it refuses appends, waits and goes on where it stopped.
 */
// hot path
public final class Dispatcher implements Agent {
    /** Bytes of one turn, so that a turn stays short. */
    private static final int BYTES_PER_TURN = 1 << 20;

    private final LogSegments segments;
    private final QueueTable queues;
    private final RecordDispatch records;
    private final LongSupplier limit;
    private final WriteGate gate;
    private final WakeUp wakeUp;
    private long reached;
    private volatile long position;
    private volatile long storeTimeMs;
    private volatile boolean isStuck;
    private volatile boolean lacksSpace;

    /** What the dispatcher works with; {@code limit} is the position up to which it may read. */
    public record Parts(
            LogSegments segments,
            QueueTable queues,
            RecordDispatch records,
            LongSupplier limit,
            WriteGate gate,
            WakeUp wakeUp) {}

    public Dispatcher(Parts parts, long startPosition, long startStoreTimeMs) {
        this.segments = parts.segments;
        this.queues = parts.queues;
        this.records = parts.records;
        this.limit = parts.limit;
        this.gate = parts.gate;
        this.wakeUp = parts.wakeUp;
        this.position = startPosition;
        this.storeTimeMs = startStoreTimeMs;
    }

    @Override
    public String roleName() {
        return "dispatch";
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    /** Everything before it is in queues and index. */
    public long position() {
        return position;
    }

    /** Store time of the last dispatched record, ms since the epoch. */
    public long storeTimeMs() {
        return storeTimeMs;
    }

    /** Whether it waits for space. */
    public boolean lacksSpace() {
        return lacksSpace;
    }

    @Override
    public int doWork() {
        int work = queues.removeDeleted();
        long from = position;
        long to = limit.getAsLong();
        if (from >= to || isStuck) {
            records.release();
            return work;
        }
        LogSegment segment = segments.find(from);
        if (segment == null) {
            throw new StoreException("position " + from + " to dispatch is in no segment of " + segments.folder()
                    + "; a file was removed by hand: restart the store");
        }
        long end = Math.min(Math.min(to, segment.endPosition()), from + BYTES_PER_TURN);
        long next = dispatchWithSpace(segment, from, end);
        if (next == from) {
            return work;
        }
        storeTimeMs = records.storeTimeMs();
        position = next;
        records.reached(next);
        return work + 1;
    }

    @Override
    public void failed(Throwable fault) {
        isStuck = true;
        gate.fail(new StoreException(
                "dispatch failed at position " + position + ": " + fault + "; restart the store", fault));
    }

    private long dispatchWithSpace(LogSegment segment, long from, long end) {
        reached = from;
        try {
            dispatch(segment, from, end);
            if (lacksSpace) {
                lacksSpace = false;
            }
        } catch (DiskFullException e) {
            lacksSpace = true;
            gate.refuseForSpace(String.valueOf(e.getMessage()));
        }
        return reached;
    }

    /** Moves {@code reached} behind each record that is dispatched. */
    private void dispatch(LogSegment segment, long from, long end) {
        long at = from;
        while (at < end) {
            int in = (int) (at - segment.basePosition());
            int magic = StoredMessageLayout.magic(segment.buffer(), in);
            if (magic == StoredMessageLayout.MAGIC_BLANK) {
                reached = segment.endPosition();
                return;
            }
            if (!StoredMessageLayout.isMessage(magic)) {
                throw new StoreException("position " + at + " in " + segment.file() + " holds magic 0x"
                        + Integer.toHexString(magic) + " below the log's end; the file was overwritten: restart with "
                        + "store.recovery.truncate=true to cut it there");
            }
            at += records.dispatch(segment.buffer(), in, at);
            reached = at;
        }
    }
}
