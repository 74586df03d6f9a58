package dev.millrace.store.retention;

import dev.millrace.store.Agent;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreException;
import dev.millrace.store.WakeUp;
import dev.millrace.store.commitlog.WriteGate;
import dev.millrace.store.file.LazyFile;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.QueueTable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happens once in a while.
 *
 * <p>Owner: upkeep thread.
 */
public final class Upkeep implements Agent {
    private static final long SPACE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A pass removes one segment for space: appends fill them no faster than this. */
    private static final long RETENTION_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int IDLE_TICKS = 6;
    /** The system allows a process 65,530 mappings; above this idle files leave at once. */
    private static final int MAPPED_FILES_HIGH = 40_000;

    private final SpaceWatch space;
    private final Retention retention;
    private final DerivedFlush derived;
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final LazyFile.Usage usage;
    private final WriteGate gate;
    private final WakeUp commitLog;
    private final LongSupplier nanoTime;
    private final long derivedNanos;
    private final WakeUp wakeUp = new WakeUp();
    private long spaceAt;
    private long retentionAt;
    private long idleAt;
    private long derivedAt;

    /** What is kept up; {@code commitLog} is rung when a segment is ready. */
    public record Parts(
            SpaceWatch space,
            Retention retention,
            DerivedFlush derived,
            QueueTable queues,
            @Nullable KeyIndex index,
            LazyFile.Usage usage,
            WriteGate gate,
            WakeUp commitLog) {}

    public Upkeep(StoreConfig config, Parts parts, LongSupplier nanoTime) {
        this.space = parts.space;
        this.retention = parts.retention;
        this.derived = parts.derived;
        this.queues = parts.queues;
        this.index = parts.index;
        this.usage = parts.usage;
        this.gate = parts.gate;
        this.commitLog = parts.commitLog;
        this.nanoTime = nanoTime;
        this.derivedNanos = config.derivedFlushInterval().toNanos();
        long now = nanoTime.getAsLong();
        spaceAt = now;
        retentionAt = now;
        idleAt = now;
        derivedAt = now;
    }

    @Override
    public String roleName() {
        return "upkeep";
    }

    @Override
    public WakeUp wakeUp() {
        return wakeUp;
    }

    /** Returns 0 always: it may sleep until its next turn. */
    @Override
    public int doWork() {
        long now = nanoTime.getAsLong();
        try {
            if (space.prepareNext()) {
                commitLog.signal();
            }
            if (now - spaceAt >= SPACE_NANOS) {
                spaceAt = now;
                space.look();
            }
            if (now - retentionAt >= RETENTION_NANOS) {
                retentionAt = now;
                retention.run();
            }
            if (now - idleAt >= IDLE_NANOS) {
                idleAt = now;
                unmapIdle();
            }
            if (now - derivedAt >= derivedNanos) {
                derivedAt = now;
                derived.run();
            }
        } catch (StoreException e) {
            gate.fail(e);
        }
        return 0;
    }

    @Override
    public void failed(Throwable fault) {
        gate.fail(new StoreException("the upkeep thread failed: " + fault + "; restart the store", fault));
    }

    private void unmapIdle() {
        usage.advance();
        int ticksMin = usage.mappedCount() > MAPPED_FILES_HIGH ? 0 : IDLE_TICKS;
        queues.forEach(queue -> queue.unmapIdle(ticksMin));
        if (index != null) {
            index.unmapIdle(ticksMin);
        }
    }
}
