package dev.millrace.client.internal.consume;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.TopicQueue;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages of a queue one after the other, and only while its broker says that this client holds the queue's lock. What
 * fails is tried again after a pause; nothing behind it is handled before.
 *
 * <p>Thread-safe: one run of a queue at a time, see {@link QueueWork#beginRun}.
 */
final class OrderedDelivery implements Delivery {
    /** How long a lock counts; brokers keep it for 60 s, or at least 40, it is renewed each 20 s. */
    static final long LOCK_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final Logger LOG = LoggerFactory.getLogger(OrderedDelivery.class);

    private static final long LOCK_RECHECK_MS = 100;
    private static final int BATCHES_A_RUN = 64;
    private static final long GO_ON = -1;
    private static final long NOTHING_LEFT = -2;

    private final ConsumeContext context;
    private final ConsumerSettings settings;
    private final SendBacks sendBacks;
    private final boolean isLocking;
    /** Queues given up while a listener still worked on a message of theirs. */
    private final ConcurrentHashMap<TopicQueue, QueueWork> lingering = new ConcurrentHashMap<>();

    private volatile boolean isClosed;

    OrderedDelivery(ConsumeContext context, ConsumerSettings settings) {
        this.context = context;
        this.settings = settings;
        this.sendBacks = new SendBacks(context, settings);
        this.isLocking = !settings.mode().isBroadcasting();
    }

    @Override
    public void arrived(Arrival arrival) {
        schedule(arrival.work());
    }

    private void schedule(QueueWork work) {
        if (isClosed || !work.beginRun()) {
            return;
        }
        try {
            context.workers().execute(() -> run(work));
        } catch (RejectedExecutionException e) {
            work.endRun(); // closing
        }
    }

    private void run(QueueWork work) {
        long pauseMs = GO_ON;
        try {
            int batches = 0;
            while (pauseMs == GO_ON && batches++ < BATCHES_A_RUN) {
                pauseMs = step(work);
            }
        } finally {
            work.endRun();
            again(work, pauseMs);
        }
    }

    /** Handles one batch; gives the pause before the next, or one of the constants. */
    private long step(QueueWork work) {
        if (isClosed || work.isDropped()) {
            return NOTHING_LEFT;
        }
        if (isLocking && !work.isLocked(context.clock().nanoTime())) {
            return LOCK_RECHECK_MS;
        }
        QueueWork.Retry next = next(work);
        return next == null ? NOTHING_LEFT : handle(work, next);
    }

    private void again(QueueWork work, long pauseMs) {
        if (pauseMs > 0) {
            context.later().run(() -> schedule(work), pauseMs);
        } else if (!isClosed && !work.isDropped() && hasMore(work)) {
            schedule(work);
        }
    }

    private static boolean hasMore(QueueWork work) {
        Arrival first = work.firstUndone();
        return work.retry() != null || first != null && first.unclaimed() > 0;
    }

    private QueueWork.@Nullable Retry next(QueueWork work) {
        QueueWork.Retry retry = work.retry();
        if (retry != null) {
            return retry;
        }
        Arrival first = work.firstUndone();
        if (first == null) {
            return null;
        }
        int step = settings.flow().batchCountMax();
        int from = first.claim(step);
        return from >= first.count() ? null : new QueueWork.Retry(first, from, Math.min(first.count(), from + step), 0);
    }

    /** Calls the listener; gives the pause before the next call. */
    private long handle(QueueWork work, QueueWork.Retry run) {
        ConsumeResult result =
                GroupConsumer.call(context, settings, run.arrival().messages(run.from(), run.to()));
        if (result.isForEach()) {
            List<ConsumeResult> each = result.forMessages(run.to() - run.from());
            int done = 0;
            while (done < each.size() && each.get(done) == ConsumeResult.SUCCESS) {
                done++;
            }
            if (done > 0) {
                run.arrival().done(run.from(), run.from() + done);
            }
            QueueWork.Retry rest =
                    new QueueWork.Retry(run.arrival(), run.from() + done, run.to(), done > 0 ? 0 : run.attempts());
            return done == each.size() ? allDone(work) : settle(work, rest, each.get(done));
        }
        return settle(work, run, result);
    }

    private static long allDone(QueueWork work) {
        work.retry(null);
        return GO_ON;
    }

    /** One result for the whole run; gives the pause before the next call. */
    private long settle(QueueWork work, QueueWork.Retry run, ConsumeResult result) {
        if (result == ConsumeResult.SUCCESS) {
            run.arrival().done(run.from(), run.to());
            return allDone(work);
        }
        Duration delay = result.delay().orElse(null);
        if (delay != null) {
            work.retry(run);
            return Math.max(1, delay.toMillis());
        }
        int attempts = run.attempts() + 1;
        int attemptsMax = settings.retry().attemptsMax();
        if (attemptsMax > 0 && attempts >= attemptsMax) {
            work.retry(null);
            for (int i = run.from(); i < run.to(); i++) {
                int index = i;
                sendBacks.sendBack(
                        run.arrival().message(index),
                        SendBacks.DEAD_LETTER,
                        work,
                        () -> run.arrival().done(index, index + 1));
            }
            return LOCK_RECHECK_MS;
        }
        work.retry(new QueueWork.Retry(run.arrival(), run.from(), run.to(), attempts));
        return Math.max(1, settings.retry().orderedPause().toMillis());
    }

    @Override
    public List<TopicQueue> usable(List<TopicQueue> queues) {
        lingering.values().removeIf(QueueWork::isIdle);
        List<TopicQueue> free =
                queues.stream().filter(queue -> !lingering.containsKey(queue)).toList();
        return isLocking ? List.copyOf(context.membership().lock(settings.group(), free)) : free;
    }

    @Override
    public void renewLocks(Collection<QueueWork> works) {
        if (!isLocking || works.isEmpty()) {
            return;
        }
        Map<TopicQueue, QueueWork> byQueue = new HashMap<>();
        works.forEach(work -> byQueue.put(work.queue(), work));
        long until = context.clock().nanoTime() + LOCK_NANOS;
        Set<TopicQueue> held = context.membership().lock(settings.group(), byQueue.keySet());
        held.forEach(queue -> {
            QueueWork work = byQueue.get(queue);
            if (work != null) {
                work.lockedUntil(until);
                schedule(work);
            }
        });
    }

    @Override
    public void awaitEnd(QueueWork work) {
        work.awaitIdle();
    }

    @Override
    public void givenUp(QueueWork work) {
        if (!isLocking) {
            return;
        }
        if (!work.isIdle()) {
            // Who gets the lock now would handle the same message at the same time. The broker's lease gives it time to
            // end.
            lingering.put(work.queue(), work);
            LOG.atWarn()
                    .addKeyValue("consumerGroup", settings.group())
                    .addKeyValue("queue", work.queue())
                    .log("a listener still works on a message of a queue that goes to another member;"
                            + " the queue stays locked until the broker's lease is over");
        } else {
            context.membership().unlock(settings.group(), List.of(work.queue()));
        }
    }

    @Override
    public void close() {
        isClosed = true;
        context.endWorkers();
    }
}
