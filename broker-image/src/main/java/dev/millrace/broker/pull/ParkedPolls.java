package dev.millrace.broker.pull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.store.QueueLog;
import dev.millrace.store.QueueWatcher;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The pulls that wait for a message, by queue and by deadline. Bounded: each belongs to a request in flight of a
 * connection.
 *
 * <p>Thread-safe: event loops park, the dispatch thread and the timers thread wake.
 */
final class ParkedPolls {
    private static final int SWEEP_COUNT_MIN = 1024;

    private final ConcurrentHashMap<QueueLog, Waiting> queues = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final PriorityQueue<ParkedPoll> deadlines =
            new PriorityQueue<>(Comparator.comparingLong(ParkedPoll::deadlineNanos));

    /** At this many deadlines those of claimed polls are thrown out: they would wait behind a poll that is quiet. */
    @GuardedBy("lock")
    private int sweepCount = SWEEP_COUNT_MIN;

    private final LongSupplier nanoTime;
    private final Consumer<ParkedPoll> onArrival;

    /** @param onArrival called on the dispatch thread; must not block */
    ParkedPolls(LongSupplier nanoTime, Consumer<ParkedPoll> onArrival) {
        this.nanoTime = nanoTime;
        this.onArrival = onArrival;
    }

    /** The polls of one queue. */
    private final class Waiting implements QueueWatcher {
        private final ReentrantLock pollsLock = new ReentrantLock();

        @GuardedBy("pollsLock")
        private final List<ParkedPoll> polls = new ArrayList<>();

        void add(ParkedPoll poll) {
            pollsLock.lock();
            try {
                polls.removeIf(ParkedPoll::isClaimed);
                polls.add(poll);
                poll.queue().addWatcher(this);
            } finally {
                pollsLock.unlock();
            }
        }

        void takeAll(List<ParkedPoll> into) {
            pollsLock.lock();
            try {
                polls.removeIf(poll -> {
                    if (poll.claim()) {
                        into.add(poll);
                    }
                    return true;
                });
            } finally {
                pollsLock.unlock();
            }
        }

        @Override
        public void arrived(QueueLog queue, long queueOffset, long tagHash) {
            List<ParkedPoll> woken = new ArrayList<>();
            pollsLock.lock();
            try {
                polls.removeIf(poll -> {
                    boolean isWanted = poll.filter().accepts(tagHash) && poll.claim();
                    if (isWanted) {
                        woken.add(poll);
                    }
                    return isWanted || poll.isClaimed();
                });
                if (polls.isEmpty()) {
                    queue.removeWatcher(this);
                }
            } finally {
                pollsLock.unlock();
            }
            woken.forEach(onArrival);
        }
    }

    /**
     * Parks a poll. The caller looks once more whether a message came in between, and claims the poll if so.
     */
    void park(ParkedPoll poll) {
        queues.computeIfAbsent(poll.queue(), queue -> new Waiting()).add(poll);
        lock.lock();
        try {
            if (deadlines.size() >= sweepCount) {
                deadlines.removeIf(ParkedPoll::isClaimed);
                sweepCount = Math.max(SWEEP_COUNT_MIN, 2 * deadlines.size());
            }
            deadlines.add(poll);
        } finally {
            lock.unlock();
        }
    }

    /** Forgets the queues of a topic that was deleted; claims and gives the polls that waited for them. */
    List<ParkedPoll> takeTopic(String topic) {
        List<ParkedPoll> taken = new ArrayList<>();
        for (QueueLog queue : queues.keySet()) {
            Waiting waiting = queue.isDeleted() && queue.topic().equals(topic) ? queues.remove(queue) : null;
            if (waiting != null) {
                waiting.takeAll(taken);
            }
        }
        return taken;
    }

    /** Claims all polls of a topic. */
    List<ParkedPoll> takeAll(String topic) {
        List<ParkedPoll> taken = new ArrayList<>();
        queues.forEach((queue, waiting) -> {
            if (queue.topic().equals(topic)) {
                waiting.takeAll(taken);
            }
        });
        return taken;
    }

    /** Claims the polls whose time is over, and all that are claimed leave; gives the former. */
    List<ParkedPoll> takeExpired() {
        return takeBefore(nanoTime.getAsLong());
    }

    /** Claims and gives all. */
    List<ParkedPoll> takeAll() {
        return takeBefore(nanoTime.getAsLong() + Long.MAX_VALUE / 2);
    }

    private List<ParkedPoll> takeBefore(long nanos) {
        List<ParkedPoll> expired = new ArrayList<>();
        lock.lock();
        try {
            for (ParkedPoll first = deadlines.peek();
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
        return expired;
    }

    /** Polls that wait. */
    int count() {
        lock.lock();
        try {
            return deadlines.size();
        } finally {
            lock.unlock();
        }
    }
}
