package dev.millrace.broker.pop;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.store.QueueLog;
import dev.millrace.store.QueueWatcher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The requests that wait for a message, by topic and consumer group. A message wakes one of each group: if it leaves
 * some, it wakes the next.
 *
 * <p>Thread-safe: event loops park; the dispatch thread, the timers thread and the pop thread wake. Bounded by a number of
 * requests.
 */
final class ParkedPops {
    private static final int SWEEP_COUNT_MIN = 1024;

    private final ConcurrentHashMap<String, Topic> topics = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final PriorityQueue<Waiter> deadlines =
            new PriorityQueue<>(Comparator.comparingLong(Waiter::deadlineNanos));

    /** At this many deadlines those of claimed waiters are thrown out: they would wait behind one that is quiet. */
    @GuardedBy("lock")
    private int sweepCount = SWEEP_COUNT_MIN;

    private final LongSupplier nanoTime;
    private final int countMax;

    ParkedPops(LongSupplier nanoTime, int countMax) {
        this.nanoTime = nanoTime;
        this.countMax = countMax;
    }

    /** A queue to watch; {@code consumerGroup} is null for one that all groups read. */
    record Watched(QueueLog queue, @Nullable String consumerGroup) {}

    /** Who waits for messages of a topic. */
    private static final class Topic {
        private final ReentrantLock waitersLock = new ReentrantLock();

        @GuardedBy("waitersLock")
        private final Map<String, Deque<Waiter>> groups = new HashMap<>();

        @GuardedBy("waitersLock")
        private final Map<QueueLog, Arrivals> watched = new HashMap<>();

        void add(Waiter waiter, List<Watched> queues) {
            waitersLock.lock();
            try {
                Deque<Waiter> waiters =
                        groups.computeIfAbsent(waiter.wanted().consumerGroup(), name -> new ArrayDeque<>());
                while (!waiters.isEmpty() && waiters.peekFirst().isClaimed()) {
                    waiters.removeFirst();
                }
                waiters.addLast(waiter);
                for (Watched each : queues) {
                    each.queue.addWatcher(
                            watched.computeIfAbsent(each.queue, queue -> new Arrivals(this, each.consumerGroup)));
                }
            } finally {
                waitersLock.unlock();
            }
        }

        /** Claims the first waiter of each group, or of one group, that wants a message. */
        List<Waiter> take(@Nullable String consumerGroup, int queueId, long tagHash) {
            List<Waiter> taken = new ArrayList<>();
            waitersLock.lock();
            try {
                Iterator<Map.Entry<String, Deque<Waiter>>> all =
                        groups.entrySet().iterator();
                while (all.hasNext()) {
                    Map.Entry<String, Deque<Waiter>> group = all.next();
                    if (consumerGroup != null && !consumerGroup.equals(group.getKey())) {
                        continue;
                    }
                    takeFirst(group.getValue(), queueId, tagHash, taken);
                    if (group.getValue().isEmpty()) {
                        all.remove();
                    }
                }
            } finally {
                waitersLock.unlock();
            }
            return taken;
        }

        private static void takeFirst(Deque<Waiter> waiters, int queueId, long tagHash, List<Waiter> into) {
            Iterator<Waiter> all = waiters.iterator();
            while (all.hasNext()) {
                Waiter waiter = all.next();
                boolean isGone = waiter.isClaimed() || !waiter.isConnected() && waiter.claim();
                if (isGone) {
                    all.remove();
                } else if (wants(waiter, queueId, tagHash) && waiter.claim()) {
                    all.remove();
                    into.add(waiter);
                    return;
                }
            }
        }

        private static boolean wants(Waiter waiter, int queueId, long tagHash) {
            int wantedId = waiter.wanted().queueId();
            boolean isItsQueue = wantedId < 0 || queueId < 0 || wantedId == queueId;
            return isItsQueue && (tagHash == ANY_TAG || waiter.filter().accepts(tagHash));
        }

        /** Stops to watch when nobody waits. */
        void removeIfIdle(QueueLog queue, Arrivals arrivals) {
            waitersLock.lock();
            try {
                if (groups.isEmpty()) {
                    queue.removeWatcher(arrivals);
                    watched.remove(queue);
                }
            } finally {
                waitersLock.unlock();
            }
        }

        List<Waiter> takeAll(@Nullable String consumerGroup) {
            List<Waiter> taken = new ArrayList<>();
            waitersLock.lock();
            try {
                groups.forEach((name, waiters) -> {
                    if (consumerGroup == null || consumerGroup.equals(name)) {
                        waiters.stream().filter(Waiter::claim).forEach(taken::add);
                        waiters.clear();
                    }
                });
                groups.values().removeIf(Deque::isEmpty);
            } finally {
                waitersLock.unlock();
            }
            return taken;
        }

        void forgetDeleted() {
            waitersLock.lock();
            try {
                watched.keySet().removeIf(QueueLog::isDeleted);
            } finally {
                waitersLock.unlock();
            }
        }
    }

    /** Not the hash of a tag: asks no filter. */
    private static final long ANY_TAG = Long.MIN_VALUE;

    /** Tells a topic of new messages in one of its queues, or in a retry queue of one group. */
    private record Arrivals(Topic topic, @Nullable String consumerGroup) implements QueueWatcher {
        @Override
        public void arrived(QueueLog queue, long queueOffset, long tagHash) {
            boolean isRetry = consumerGroup != null;
            List<Waiter> woken = topic.take(consumerGroup, isRetry ? -1 : queue.queueId(), isRetry ? ANY_TAG : tagHash);
            if (woken.isEmpty()) {
                topic.removeIfIdle(queue, this);
            }
            woken.forEach(waiter -> waiter.resume(false));
        }

        /** One for each topic and queue: equal only to itself. */
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /**
     * Parks a waiter; false if too many wait. The caller looks once more whether a message came in between, and claims the
     * waiter if so.
     */
    boolean park(Waiter waiter, List<Watched> queues) {
        lock.lock();
        try {
            if (deadlines.size() >= Math.min(sweepCount, countMax)) {
                deadlines.removeIf(Waiter::isClaimed);
                sweepCount = Math.max(SWEEP_COUNT_MIN, 2 * deadlines.size());
            }
            if (deadlines.size() >= countMax) {
                return false;
            }
            deadlines.add(waiter);
        } finally {
            lock.unlock();
        }
        topics.computeIfAbsent(waiter.wanted().topic(), name -> new Topic()).add(waiter, queues);
        return true;
    }

    /** There is more to take for a consumer group: wakes one that waits. */
    void wakeNext(String consumerGroup, String topic, int queueId) {
        Topic waiting = topics.get(topic);
        if (waiting != null) {
            waiting.take(consumerGroup, queueId, ANY_TAG).forEach(waiter -> waiter.resume(false));
        }
    }

    /** There are other queues to watch: all that wait of a consumer group look again. */
    void wakeAll(String consumerGroup, String topic) {
        Topic waiting = topics.get(topic);
        if (waiting != null) {
            waiting.takeAll(consumerGroup).forEach(waiter -> waiter.resume(false));
        }
    }

    /** The queues of a topic are gone: who waits for them looks again. */
    void topicDeleted(String topic) {
        Topic waiting = topics.remove(topic);
        if (waiting != null) {
            waiting.takeAll(null).forEach(waiter -> waiter.resume(false));
        }
        topics.values().forEach(Topic::forgetDeleted);
    }

    /** Resumes those whose time is over; called by the timers thread. Gives how many. */
    int answerExpired() {
        return answerBefore(nanoTime.getAsLong());
    }

    /** Resumes all, as if their time were over. */
    void answerAll() {
        answerBefore(nanoTime.getAsLong() + Long.MAX_VALUE / 2);
    }

    private int answerBefore(long nanos) {
        List<Waiter> expired = new ArrayList<>();
        lock.lock();
        try {
            for (Waiter first = deadlines.peek();
                    first != null && (first.isClaimed() || first.deadlineNanos() - nanos <= 0);
                    first = deadlines.peek()) {
                deadlines.poll();
                if (first.claim()) {
                    expired.add(first);
                }
            }
        } finally {
            lock.unlock();
        }
        expired.forEach(waiter -> waiter.resume(true));
        return expired.size();
    }

    /** How many wait for a queue, or with id -1 for any queue, of a topic. */
    int countOf(QueueKey wanted) {
        lock.lock();
        try {
            return (int) deadlines.stream()
                    .filter(waiter -> !waiter.isClaimed() && waiter.wanted().equals(wanted))
                    .count();
        } finally {
            lock.unlock();
        }
    }

    int count() {
        lock.lock();
        try {
            return deadlines.size();
        } finally {
            lock.unlock();
        }
    }
}
