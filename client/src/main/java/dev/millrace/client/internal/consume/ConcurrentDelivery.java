package dev.millrace.client.internal.consume;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ConsumerSettings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages of all queues at once; those that fail go back to their broker, those for later wait here. Thread-safe. */
final class ConcurrentDelivery implements Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(ConcurrentDelivery.class);

    private final ConsumeContext context;
    private final ConsumerSettings settings;
    private final SendBacks sendBacks;
    private final Workers workers;
    private volatile boolean isClosed;

    ConcurrentDelivery(ConsumeContext context, ConsumerSettings settings) {
        this.context = context;
        this.settings = settings;
        this.sendBacks = new SendBacks(context, settings);
        this.workers = new Workers(
                context.workers(),
                settings.threads().count(),
                settings.flow().batchCountMax(),
                context.clock(),
                this::handle);
    }

    @Override
    public void arrived(Arrival arrival) {
        if (!isClosed) {
            workers.add(arrival);
        }
    }

    private void handle(Arrival arrival, int from, int to) {
        int step = settings.flow().batchCountMax();
        int doneFrom = from;
        int at = from;
        // What a dropped queue still has is not done here: another member gets it.
        while (at < to && !isClosed && !arrival.work().isDropped()) {
            int end = Math.min(to, at + step);
            ConsumeResult result = GroupConsumer.call(context, settings, arrival.messages(at, end));
            if (result != ConsumeResult.SUCCESS) {
                done(arrival, doneFrom, at);
                settle(arrival, at, end, result);
                doneFrom = end;
            }
            at = end;
        }
        done(arrival, doneFrom, at);
    }

    private static void done(Arrival arrival, int from, int to) {
        if (from < to) {
            arrival.done(from, to);
        }
    }

    private void settle(Arrival arrival, int from, int to, ConsumeResult result) {
        Duration delay = result.delay().orElse(null);
        if (result.isForEach()) {
            List<ConsumeResult> each = result.forMessages(to - from);
            for (int i = from; i < to; i++) {
                settle(arrival, i, i + 1, each.get(i - from));
            }
        } else if (delay != null) {
            context.later().run(() -> again(arrival, from, to), delay.toMillis());
        } else if (result == ConsumeResult.RETRY && !settings.mode().isBroadcasting()) {
            giveBack(arrival, from, to);
        } else {
            arrival.done(from, to);
        }
    }

    /** On the timer thread; workers go on with it. */
    private void again(Arrival arrival, int from, int to) {
        if (isClosed || arrival.work().isDropped() || arrival.isReleased()) {
            return;
        }
        try {
            workers.addFirst(() -> {
                if (!arrival.isReleased()) {
                    handle(arrival, from, to);
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a consumer closes; what was to come later is delivered to another member");
        }
    }

    private void giveBack(Arrival arrival, int from, int to) {
        for (int i = from; i < to; i++) {
            int index = i;
            sendBacks.sendBack(
                    arrival.message(index),
                    settings.retry().delayLevel(),
                    arrival.work(),
                    () -> arrival.done(index, index + 1));
        }
    }

    @Override
    public void close() {
        isClosed = true;
        context.endWorkers();
    }
}
