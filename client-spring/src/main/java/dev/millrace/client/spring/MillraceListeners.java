package dev.millrace.client.spring;

import dev.millrace.client.Consumer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.TaskExecutor;

/**
 * The consumers of all listener methods: they start last, when everything they may call is there, and stop first. To stop
 * means that calls which run come to their end, their offsets are stored, and other members take over; whoever takes longer
 * than 20 s is interrupted. Spring waits for {@code spring.lifecycle.timeout-per-shutdown-phase}.
 *
 * <p>Owner: the thread that starts and stops the application context; others read the published map.
 */
public final class MillraceListeners implements SmartLifecycle, SmartInitializingSingleton {
    /** Behind web servers at the start, before them at the end. */
    static final int PHASE = DEFAULT_PHASE - 100;

    private static final Logger LOG = LoggerFactory.getLogger(MillraceListeners.class);

    private final Supplier<List<ListenerScan.Endpoint>> scan;
    private final ListenerStarter starter;
    private final TaskExecutor closers;
    private final TaskExecutor keepers;
    private final boolean isAutoStartup;
    private Map<String, ListenerScan.Endpoint> endpoints = Map.of();
    private volatile Map<String, RunningListener> running = Map.of();
    private volatile boolean isRunning;
    private volatile CountDownLatch untilEnd = new CountDownLatch(0);

    /**
     * @param closers runs what waits for listeners at the end
     * @param keepers has one thread that is no daemon while listeners run: the client's are, and an application without a web
     *     server would end as soon as its main method does
     */
    MillraceListeners(
            Supplier<List<ListenerScan.Endpoint>> scan,
            ListenerStarter starter,
            TaskExecutor closers,
            TaskExecutor keepers,
            boolean isAutoStartup) {
        this.scan = scan;
        this.starter = starter;
        this.closers = closers;
        this.keepers = keepers;
        this.isAutoStartup = isAutoStartup;
    }

    /** Finds and checks the methods, also if they start later. */
    @Override
    public void afterSingletonsInstantiated() {
        Map<String, ListenerScan.Endpoint> byGroup = new LinkedHashMap<>();
        for (ListenerScan.Endpoint endpoint : scan.get()) {
            starter.check(endpoint);
            ListenerScan.Endpoint other = byGroup.put(endpoint.settings().group(), endpoint);
            if (other != null) {
                throw new SetupException(
                        "listeners " + describe(other) + " and " + describe(endpoint) + " are both in group "
                                + endpoint.settings().group(),
                        "give each a group of its own, so that both get all their messages; or join them to one method,"
                                + " which may have several topics and threads");
            }
        }
        endpoints = Map.copyOf(byGroup);
    }

    private static String describe(ListenerScan.Endpoint endpoint) {
        return endpoint.method().name() + " (topic "
                + String.join(", ", endpoint.settings().topics()) + ", filter "
                + endpoint.settings().filter().expression() + ")";
    }

    @Override
    public void start() {
        if (isRunning) {
            return;
        }
        Map<String, RunningListener> started = new LinkedHashMap<>();
        try {
            endpoints.forEach((group, endpoint) -> started.put(group, starter.start(endpoint)));
        } catch (RuntimeException e) {
            started.values().forEach(MillraceListeners::close);
            throw e;
        }
        running = Map.copyOf(started);
        isRunning = true;
        if (!started.isEmpty()) {
            CountDownLatch end = new CountDownLatch(1);
            untilEnd = end;
            keepers.execute(() -> await(end));
        }
    }

    private static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        try {
            running.values().forEach(MillraceListeners::close);
        } finally {
            running = Map.of();
            isRunning = false;
            untilEnd.countDown();
        }
    }

    /** Closes all at once, so that together they take as long as the slowest. */
    @Override
    public void stop(Runnable callback) {
        Map<String, RunningListener> ending = running;
        CountDownLatch end = untilEnd;
        running = Map.of();
        isRunning = false;
        if (ending.isEmpty()) {
            end.countDown();
            callback.run();
            return;
        }
        AtomicInteger left = new AtomicInteger(ending.size());
        ending.values()
                .forEach(each -> closers.execute(() -> {
                    try {
                        close(each);
                    } finally {
                        if (left.decrementAndGet() == 0) {
                            end.countDown();
                            callback.run();
                        }
                    }
                }));
    }

    private static void close(RunningListener listener) {
        try {
            listener.close();
        } catch (RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", listener.group())
                    .addKeyValue("error", e.getMessage())
                    .log("a listener did not end in time; what it works on is delivered again");
        }
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public boolean isAutoStartup() {
        return isAutoStartup;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** The consumer of a group while it runs: to pause it, or to see its queues. */
    public Optional<Consumer> consumer(String group) {
        return Optional.ofNullable(running.get(group)).map(RunningListener::consumer);
    }

    /** Groups whose listeners run, with the number of queues that each reads. */
    Map<String, Integer> queueCounts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        running.forEach(
                (group, each) -> counts.put(group, each.consumer().assignment().size()));
        return counts;
    }
}
