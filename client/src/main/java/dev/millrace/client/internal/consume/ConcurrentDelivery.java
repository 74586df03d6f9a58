package dev.millrace.client.internal.consume;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ConsumerSettings;

/** Messages of all queues at once; those that fail go back to their broker. Thread-safe. */
final class ConcurrentDelivery implements Delivery {
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
            boolean isRefused = GroupConsumer.call(settings, arrival.messages(at, end)) == ConsumeResult.RETRY;
            if (isRefused && !settings.mode().isBroadcasting()) {
                done(arrival, doneFrom, at);
                giveBack(arrival, at, end);
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
