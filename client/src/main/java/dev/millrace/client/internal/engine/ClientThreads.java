package dev.millrace.client.internal.engine;

import dev.millrace.protocol.transport.IoThreads;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The client's own threads, all daemons: {@code io-*} for connections, {@code client-timer} for short tasks at a time,
 * {@code client-upkeep} for tasks that wait for answers.
 */
final class ClientThreads implements AutoCloseable {
    private static final ThreadLocal<Boolean> IS_OURS = new ThreadLocal<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final IoThreads io;
    private final ScheduledExecutorService timer;
    private final ScheduledExecutorService upkeep;

    ClientThreads(int ioCount) {
        int number = COUNT.incrementAndGet();
        this.io = IoThreads.start(ioCount);
        this.timer = single("client-timer-" + number);
        this.upkeep = single("client-upkeep-" + number);
        timer.execute(ClientThreads::mark);
    }

    private static ScheduledExecutorService single(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Says that the calling thread must never wait for an answer. */
    static void mark() {
        IS_OURS.set(true);
    }

    /** Whether the calling thread must never wait for an answer. */
    static boolean isOurs() {
        return IS_OURS.get() != null;
    }

    IoThreads io() {
        return io;
    }

    /** Runs a short task after a time; at once and here if the timer has ended, so that nobody waits for ever. */
    void later(Runnable task, long afterMs) {
        try {
            timer.schedule(task, afterMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            task.run();
        }
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    ScheduledExecutorService upkeep() {
        return upkeep;
    }

    @Override
    public void close() {
        timer.shutdownNow();
        upkeep.shutdownNow();
        io.close();
    }
}
