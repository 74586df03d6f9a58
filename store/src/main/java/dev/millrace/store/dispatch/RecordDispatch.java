package dev.millrace.store.dispatch;

import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.store.DelayLevels;
import dev.millrace.store.index.KeyIndex;
import dev.millrace.store.queue.ConsumeQueue;
import dev.millrace.store.queue.QueueTable;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts one record of the log into its queue and into the index.
 *
 * <p>Owner: the dispatch thread, or the opening thread during recovery. Allocates nothing for a queue it met before.
 */
// hot path
public final class RecordDispatch {
    private static final int CACHE_SLOTS = 1 << 14;
    private static final int PROBES_MAX = 8;

    private final RecordParser parser = new RecordParser();
    private final QueueTable queues;
    private final @Nullable KeyIndex index;
    private final Followers followers;
    private final boolean isRecovery;
    private final LongSupplier ownFrom;
    private final @Nullable ConsumeQueue[] cache = new ConsumeQueue[CACHE_SLOTS];

    /**
     * For a store that is open.
     *
     * @param ownFrom records from here on are of queues that have handles, unless their topic was deleted
     */
    public RecordDispatch(QueueTable queues, @Nullable KeyIndex index, Followers followers, LongSupplier ownFrom) {
        this(queues, index, followers, false, ownFrom);
    }

    private RecordDispatch(
            QueueTable queues,
            @Nullable KeyIndex index,
            Followers followers,
            boolean isRecovery,
            LongSupplier ownFrom) {
        this.ownFrom = ownFrom;
        this.queues = queues;
        this.index = index;
        this.followers = followers;
        this.isRecovery = isRecovery;
    }

    /** For recovery: queues are made as records ask for them, nobody is told of entries. */
    public static RecordDispatch recovery(QueueTable queues, @Nullable KeyIndex index) {
        return new RecordDispatch(queues, index, Followers.NONE, true, () -> Long.MAX_VALUE);
    }

    /** Dispatches the record at a byte of a buffer; returns its size. */
    public int dispatch(ByteBuffer buffer, int at, long position) {
        parser.parse(buffer, at, position);
        ConsumeQueue queue = queue();
        if (queue != null && SystemFlags.isQueued(parser.systemFlag())) {
            putIntoQueue(queue, position);
        }
        if (index != null && !parser.isRolledBack()) {
            putIntoIndex(index, queue, position);
        }
        followers.offer(parser);
        return parser.size();
    }

    /** Every record before this position was dispatched. */
    public void reached(long position) {
        followers.reached(position);
    }

    /** Store time of the record dispatched last, ms since the epoch. */
    public long storeTimeMs() {
        return parser.storeTimeMs();
    }

    /** Gives mappings back when there is nothing to do. */
    public void release() {
        if (index != null) {
            index.release();
        }
    }

    private void putIntoQueue(ConsumeQueue queue, long position) {
        long tagHash =
                queue.isSchedule() ? parser.storeTimeMs() + DelayLevels.delayMs(parser.delayLevel()) : parser.tagHash();
        boolean isNew = queue.owns(position) && queue.put(parser.queueOffset(), position, parser.size(), tagHash);
        if (isNew && !isRecovery) {
            queue.notifyWatchers(parser.queueOffset(), tagHash);
        }
    }

    private void putIntoIndex(KeyIndex target, @Nullable ConsumeQueue queue, long position) {
        if (!target.begin(position)) {
            return;
        }
        int seed = queue != null ? queue.keyHashSeed() : (parser.topic() + "#").hashCode();
        long timeMs = parser.storeTimeMs();
        if (parser.hasUniqueKey()) {
            target.add(parser.uniqueKeyHash(seed), position, timeMs);
        }
        int end = parser.nextKeyEnd(0);
        while (end > 0) {
            target.add(parser.keyHash(end, seed), position, timeMs);
            end = parser.nextKeyEnd(end);
        }
        target.end(position, timeMs);
    }

    private @Nullable ConsumeQueue queue() {
        int hash = parser.queueHash();
        int slot = (hash ^ hash >>> 16) & CACHE_SLOTS - 1;
        for (int probe = 0; probe < PROBES_MAX; probe++) {
            ConsumeQueue cached = cache[slot + probe & CACHE_SLOTS - 1];
            if (cached == null) {
                break;
            }
            if (cached.queueId() == parser.queueId() && parser.isTopic(cached.topicBytes()) && !cached.isDeleted()) {
                return cached;
            }
        }
        return lookUp(slot);
    }

    private @Nullable ConsumeQueue lookUp(int slot) {
        // A new queue may have the name of a deleted one: those files go first.
        queues.removeDeleted();
        boolean isForeign = parser.position() < ownFrom.getAsLong();
        ConsumeQueue found = isForeign
                ? queues.get(parser.topic(), parser.queueId())
                : queues.find(parser.topic(), parser.queueId());
        if (found == null) {
            return null;
        }
        if (isForeign) {
            found.ownEverything();
        }
        int target = slot;
        for (int probe = 0; probe < PROBES_MAX; probe++) {
            target = slot + probe & CACHE_SLOTS - 1;
            ConsumeQueue present = cache[target];
            if (present == null || present.isDeleted()) {
                break;
            }
        }
        cache[target] = found;
        return found;
    }
}
