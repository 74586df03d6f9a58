package dev.millrace.client.internal.engine;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.internal.group.Upkeep;
import dev.millrace.protocol.transport.IoThreads;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's own threads, all daemons: {@code io-*} for connections, {@code client-timer} for short tasks at a time,
 * {@code client-upkeep} for tasks that wait for answers.
 */
final class ClientThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientThreads.class);
    private static final int IDLE_SECONDS = 30;
    private static final int CHECKS_MAX = 2000;
    private static final ThreadLocal<Boolean> IS_OURS = new ThreadLocal<>();
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final IoThreads io;
    private final ScheduledExecutorService timer;
    private final ScheduledExecutorService upkeep;
    private final Upkeep upkeepTasks = new UpkeepTasks();

    private final class UpkeepTasks implements Upkeep {
        @Override
        public CompletableFuture<Boolean> now(Runnable task) {
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            try {
                upkeep.execute(() -> run(task, done));
            } catch (RejectedExecutionException e) {
                done.completeExceptionally(new ClientException(ErrorCode.CLOSED, "the client is closed", e));
            }
            return done;
        }

        private static void run(Runnable task, CompletableFuture<Boolean> done) {
            try {
                task.run();
                done.complete(true);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        }

        @Override
        public void later(Runnable task, long afterMs) {
            try {
                upkeep.schedule(() -> careful(task), afterMs, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.atDebug().log("upkeep has ended; a task was left out");
            }
        }
    }

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

    /** Runs tasks that may wait. */
    Upkeep upkeep() {
        return upkeepTasks;
    }

    void everySeconds(int seconds, Runnable task) {
        upkeep.scheduleWithFixedDelay(() -> careful(task), seconds, seconds, TimeUnit.SECONDS);
    }

    /** A periodic task ends with its first exception, so none gets out. */
    private static void careful(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("an upkeep task failed; it runs again at its time");
        }
    }

    /** Threads for listeners; whoever asks ends them. */
    ExecutorService workers(String group, ConsumerSettings.Threads wanted) {
        if (wanted.isVirtual()) {
            return virtual();
        }
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                wanted.count(), wanted.count(), IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "consume-" + group + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** One thread for questions about transactions; whoever asks ends it. Questions beyond the queue are left out. */
    ExecutorService checks(String group) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CHECKS_MAX), task -> {
                    Thread thread = new Thread(task, "transactions-" + group);
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Virtual threads came after the Java release this is compiled for. */
    private static ExecutorService virtual() {
        try {
            return (ExecutorService) MethodHandles.publicLookup()
                    .findStatic(
                            Executors.class,
                            "newVirtualThreadPerTaskExecutor",
                            MethodType.methodType(ExecutorService.class))
                    .invoke();
        } catch (Throwable e) {
            throw new ClientException(
                    ErrorCode.NOT_SUPPORTED,
                    "Java " + Runtime.version().feature()
                            + " has no virtual threads; use Java 21 or later, or threads(n)",
                    e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        upkeep.shutdownNow();
        io.close();
    }
}
