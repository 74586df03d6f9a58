package dev.millrace.broker.pop;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The messages that are taken and not settled, as the log tells them, and who is about to settle which.
 *
 * <pre>
 * (pop) --&gt; IN FLIGHT --claim--&gt; CLAIMED --record in the log--&gt; settled, gone from here
 *                ^                  |
 *                +-----release------+   the append failed
 * </pre>
 *
 * <p>Thread-safe: one lock, held for no I/O. Bounded: whoever takes messages looks at {@link #count} before.
 */
final class InFlight {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<QueueKey, Queue> queues = new HashMap<>();

    /** Takes with a message that nobody is about to settle, and queues in order that are still blocked. */
    @GuardedBy("lock")
    private final TreeSet<Take> due =
            new TreeSet<>(Comparator.comparingLong(Take::dueMs).thenComparingLong(Take::number));

    @GuardedBy("lock")
    private long lastNumber;

    @GuardedBy("lock")
    private long reached;

    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong changes = new AtomicLong();

    /** What is in flight of one queue. */
    private static final class Queue {
        private final QueueKey key;
        private final Map<Id, Take> takes = new HashMap<>(4);
        private @Nullable Take block;

        private Queue(QueueKey key) {
            this.key = key;
        }

        private boolean isEmpty() {
            return takes.isEmpty() && block == null;
        }

        private @Nullable Take find(long start, long takenMs, int mark) {
            if (mark != Receipt.ORDERED) {
                return takes.get(new Id(start, takenMs, mark));
            }
            Take present = block;
            return present != null && present.taken().takenMs() == takenMs ? present : null;
        }
    }

    private record Id(long start, long takenMs, int mark) {
        static Id of(PopEvent event) {
            return new Id(event.start(), event.takenMs(), event.mark());
        }
    }

    /** How far a consumer group got in a queue: from the first offset to the second. */
    record Move(QueueKey queue, long from, long to) {}

    /** A message whose time is over, claimed. */
    record Due(PopEvent.Settled settled, long offset) {}

    /** What is over: messages to deliver again, and queues in order that are free. */
    record Over(List<Due> messages, List<QueueKey> freeQueues) {}

    /** @param reached every record of the log before this position is in it */
    record Content(long reached, long changes, List<PopEvent> events) {}

    /** Messages in flight. */
    int count() {
        return count.get();
    }

    /** Grows with each change that is worth saving. */
    long changes() {
        return changes.get();
    }

    /** The log says so; gives the move of the offset that this means, null for none. */
    @Nullable
    Move apply(PopEvent event) {
        lock.lock();
        try {
            changes.incrementAndGet();
            return switch (event) {
                case PopEvent.Taken taken -> taken(taken);
                case PopEvent.Settled settled -> settled(settled);
                case PopEvent.Renewed renewed -> renewed(renewed);
                case PopEvent.Counted counted -> counted(counted);
            };
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Move taken(PopEvent.Taken taken) {
        if (taken.distances().length == 0) {
            return null;
        }
        Queue queue = queues.computeIfAbsent(taken.queue(), Queue::new);
        if (!taken.isOrdered()) {
            add(queue, taken);
            return new Move(taken.queue(), taken.start(), taken.next());
        }
        Take before = queue.block;
        Take take = new Take(taken, ++lastNumber, before);
        if (before != null) {
            forget(before);
        }
        queue.block = take;
        count.addAndGet(take.liveCount());
        due.add(take);
        return null;
    }

    @GuardedBy("lock")
    private void add(Queue queue, PopEvent.Taken taken) {
        PopEvent.Taken kept = new PopEvent.Taken(
                queue.key,
                taken.start(),
                taken.takenMs(),
                taken.mark(),
                taken.next(),
                taken.invisibleMs(),
                taken.distances(),
                null);
        Take take = new Take(kept, ++lastNumber, null);
        Take before = queue.takes.put(Id.of(taken), take);
        if (before != null) {
            forget(before);
        }
        count.addAndGet(take.liveCount());
        due.add(take);
    }

    @GuardedBy("lock")
    private void forget(Take take) {
        due.remove(take);
        count.addAndGet(-take.liveCount());
    }

    @GuardedBy("lock")
    private @Nullable Take find(PopEvent event) {
        Queue queue = queues.get(event.queue());
        return queue == null ? null : queue.find(event.start(), event.takenMs(), event.mark());
    }

    @GuardedBy("lock")
    private @Nullable Move settled(PopEvent.Settled settled) {
        Take take = find(settled);
        if (take == null) {
            return null;
        }
        int before = take.liveCount();
        due.remove(take);
        take.settle(settled.bits());
        count.addAndGet(take.liveCount() - before);
        if (take.live() == 0) {
            remove(take);
        } else {
            reschedule(take);
        }
        return take.taken().isOrdered()
                ? new Move(take.taken().queue(), take.taken().start(), take.firstLive())
                : null;
    }

    @GuardedBy("lock")
    private void remove(Take take) {
        PopEvent.Taken taken = take.taken();
        Queue queue = queues.get(taken.queue());
        if (queue == null) {
            return;
        }
        if (taken.isOrdered()) {
            queue.block = null;
        } else {
            queue.takes.remove(Id.of(taken));
        }
        if (queue.isEmpty()) {
            queues.remove(taken.queue());
        }
    }

    @GuardedBy("lock")
    private void reschedule(Take take) {
        due.remove(take);
        if (take.taken().isOrdered() || take.free() != 0) {
            due.add(take);
        }
    }

    @GuardedBy("lock")
    private @Nullable Move renewed(PopEvent.Renewed renewed) {
        Take take = find(renewed);
        if (take == null || renewed.index() >= take.size()) {
            return null;
        }
        if (take.taken().isOrdered()) {
            due.remove(take);
            take.renew(renewed.index(), renewed.nowMs(), renewed.invisibleMs());
            due.add(take);
            return null;
        }
        long offset = take.offset(renewed.index());
        boolean wasLive = (take.live() & 1 << renewed.index()) != 0;
        settled(new PopEvent.Settled(
                renewed.queue(), renewed.start(), renewed.takenMs(), renewed.mark(), 1 << renewed.index()));
        if (wasLive) {
            add(
                    queues.computeIfAbsent(renewed.queue(), Queue::new),
                    new PopEvent.Taken(
                            renewed.queue(),
                            offset,
                            renewed.nowMs(),
                            renewed.mark(),
                            offset + 1,
                            renewed.invisibleMs(),
                            new int[] {0},
                            null));
        }
        return null;
    }

    @GuardedBy("lock")
    private @Nullable Move counted(PopEvent.Counted counted) {
        Take take = find(counted);
        if (take != null) {
            take.setCounts(counted.counts());
        }
        return null;
    }

    /** Every record of the log before this position was applied. */
    void reached(long position) {
        lock.lock();
        try {
            reached = position;
        } finally {
            lock.unlock();
        }
    }

    /** Reserves the settlement of a message; empty if no such message is in flight, or somebody else is about to. */
    Optional<PopEvent.Settled> claim(QueueKey key, Receipt receipt, long offset) {
        lock.lock();
        try {
            Queue queue = queues.get(key);
            Take take = queue == null ? null : queue.find(receipt.start(), receipt.takenMs(), receipt.mark());
            int index = take == null ? -1 : take.indexOf(offset);
            if (take == null || index < 0 || (take.free() & 1 << index) == 0) {
                return Optional.empty();
            }
            take.claim(1 << index);
            reschedule(take);
            PopEvent.Taken taken = take.taken();
            return Optional.of(
                    new PopEvent.Settled(taken.queue(), taken.start(), taken.takenMs(), taken.mark(), 1 << index));
        } finally {
            lock.unlock();
        }
    }

    /** The settlement failed: the messages are in flight as before, and if they are over, due again at a time. */
    void release(PopEvent.Settled settled, long againMs) {
        lock.lock();
        try {
            Take take = find(settled);
            if (take != null) {
                due.remove(take);
                take.release(settled.bits());
                if (!take.taken().isOrdered()) {
                    take.setDueMs(Math.max(take.dueMs(), againMs));
                }
                reschedule(take);
            }
        } finally {
            lock.unlock();
        }
    }

    /** In order: whether messages that were taken from a queue block it. */
    boolean isBlocked(QueueKey key, @Nullable String attemptId, long nowMs) {
        lock.lock();
        try {
            Queue queue = queues.get(key);
            Take block = queue == null ? null : queue.block;
            return block != null && !block.isAttempt(attemptId) && nowMs < block.dueMs();
        } finally {
            lock.unlock();
        }
    }

    /** In order: how often the messages at these offsets were delivered before, if they are in flight. */
    int[] counts(QueueKey key, long[] offsets) {
        int[] counts = new int[offsets.length];
        lock.lock();
        try {
            Queue queue = queues.get(key);
            Take block = queue == null ? null : queue.block;
            for (int i = 0; block != null && i < offsets.length; i++) {
                int index = block.indexOf(offsets[i]);
                counts[i] = index < 0 ? 0 : block.count(index);
            }
            return counts;
        } finally {
            lock.unlock();
        }
    }

    /** Claims messages whose time is over, about {@code countMax}; the least due first. */
    Over takeOver(long nowMs, int countMax) {
        List<Due> messages = new ArrayList<>();
        List<QueueKey> freeQueues = new ArrayList<>();
        lock.lock();
        try {
            while (!due.isEmpty() && due.first().dueMs() <= nowMs && messages.size() < countMax) {
                Take take = due.removeFirst();
                if (take.taken().isOrdered()) {
                    freeQueues.add(take.taken().queue());
                } else {
                    claimAll(take, messages);
                }
            }
        } finally {
            lock.unlock();
        }
        return new Over(messages, freeQueues);
    }

    private static void claimAll(Take take, List<Due> into) {
        PopEvent.Taken taken = take.taken();
        for (int i = 0; i < take.size(); i++) {
            if ((take.free() & 1 << i) != 0) {
                take.claim(1 << i);
                into.add(new Due(
                        new PopEvent.Settled(taken.queue(), taken.start(), taken.takenMs(), taken.mark(), 1 << i),
                        take.offset(i)));
            }
        }
    }

    /** Forgets what blocks a queue: its group was moved. */
    void forgetBlock(QueueKey key) {
        lock.lock();
        try {
            Queue queue = queues.get(key);
            Take block = queue == null ? null : queue.block;
            if (block != null) {
                forget(block);
                remove(block);
                changes.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets queues: their messages are gone. */
    void forget(Predicate<QueueKey> isGone) {
        lock.lock();
        try {
            for (Queue queue : List.copyOf(queues.values())) {
                if (isGone.test(queue.key)) {
                    remove(queue);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void remove(Queue queue) {
        for (Take take : queue.takes.values()) {
            forget(take);
        }
        if (queue.block != null) {
            forget(queue.block);
        }
        queues.remove(queue.key);
        changes.incrementAndGet();
    }

    /** Everything here, to be saved. */
    Content content() {
        lock.lock();
        try {
            List<PopEvent> events = new ArrayList<>();
            for (Queue queue : queues.values()) {
                for (Take take : queue.takes.values()) {
                    events.addAll(take.events());
                }
                if (queue.block != null) {
                    events.addAll(queue.block.events());
                }
            }
            return new Content(reached, changes.get(), events);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets everything. */
    void clear() {
        lock.lock();
        try {
            queues.clear();
            due.clear();
            count.set(0);
        } finally {
            lock.unlock();
        }
    }
}
