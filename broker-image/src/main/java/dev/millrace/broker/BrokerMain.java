package dev.millrace.broker;

import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.delay.TimerFollower;
import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.pop.PopFollower;
import dev.millrace.broker.transaction.HalfFollower;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.health.HealthServer;
import dev.millrace.protocol.transport.TransportException;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.store.AgentThreads;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The broker program. It ends with 0 when it is asked to, 1 when its store failed while it ran, 2 when its settings are
 * wrong, 3 when it can't start (store, port).
 *
 * <p>Owner: the main thread.
 */
@Command(
        name = "broker",
        mixinStandardHelpOptions = true,
        description = "Stores messages and serves producers and consumers.")
public final class BrokerMain implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerMain.class);
    private static final int OK = 0;
    private static final int STORE_FAILED = 1;
    private static final int WRONG_SETTINGS = 2;
    private static final int CANNOT_START = 3;

    private final CompletableFuture<Integer> end = new CompletableFuture<>();

    @Option(names = "--config", description = "Properties file with the settings; see docs/configuration.md.")
    private @Nullable Path config;

    @Option(names = "--set", description = "One setting as key=value; wins over the file. Repeatable.")
    private List<String> overrides = List.of();

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BrokerMain()).execute(arguments));
    }

    @Override
    public Integer call() {
        BrokerConfig brokerConfig;
        TransactionConfig transactionConfig;
        StoreConfig storeConfig;
        DelayConfig delayConfig;
        PopConfig popConfig;
        try {
            Settings settings = Settings.read(config, System.getenv(), overrides);
            Settings.Bound bound = settings.bindAll(List.of(
                    BrokerConfig.class,
                    TransactionConfig.class,
                    DelayConfig.class,
                    PopConfig.class,
                    StoreConfig.class));
            brokerConfig = bound.get(BrokerConfig.class);
            transactionConfig = bound.get(TransactionConfig.class);
            storeConfig = bound.get(StoreConfig.class);
            delayConfig = bound.get(DelayConfig.class);
            popConfig = bound.get(PopConfig.class);
        } catch (ConfigException e) {
            return refuse(WRONG_SETTINGS, e);
        }
        try {
            return run(brokerConfig, transactionConfig, storeConfig, delayConfig, popConfig);
        } catch (StoreException | TransportException e) {
            return refuse(CANNOT_START, e);
        }
    }

    private static int refuse(int status, RuntimeException reason) {
        System.err.println("broker: " + reason.getMessage());
        LOG.atDebug().setCause(reason).log("not started");
        return status;
    }

    private int run(
            BrokerConfig brokerConfig,
            TransactionConfig transactionConfig,
            StoreConfig storeConfig,
            DelayConfig delayConfig,
            PopConfig popConfig) {
        Path stateFolder = storeConfig.path().resolve("config");
        RecoveryLog recovery = new RecoveryLog(System::nanoTime);
        LocalDisk disk = new LocalDisk();
        HalfFollower halves = new HalfFollower(transactionConfig, disk, stateFolder);
        TimerFollower timers = new TimerFollower(disk, storeConfig.path(), delayConfig);
        Deduplication windows = new Deduplication(stateFolder, InstantSource.system());
        PopFollower pops = new PopFollower(popConfig, disk, stateFolder);
        Followers followers = new Followers(halves, timers, pops, windows, null);
        StoreDependencies dependencies = new StoreDependencies(
                disk,
                InstantSource.system(),
                System::nanoTime,
                new AgentThreads(
                        0, (role, fault) -> LOG.atError().setCause(fault).log("the {} thread ended", role)),
                this::storeFailed,
                recovery,
                followers.inOrder());
        Map<String, String> shown = new TreeMap<>(Settings.describe(brokerConfig));
        shown.putAll(Settings.describe(transactionConfig));
        shown.putAll(Settings.describe(storeConfig));
        shown.putAll(Settings.describe(delayConfig));
        shown.putAll(Settings.describe(popConfig));
        CompletableFuture<Void> isStopped = new CompletableFuture<>();
        try (ExecutorService healthThreads = Executors.newVirtualThreadPerTaskExecutor();
                HealthServer health = health(brokerConfig, recovery, healthThreads);
                MessageStore store = StoreWiring.open(storeConfig, dependencies);
                Broker broker = new Broker(
                        brokerConfig,
                        new Broker.OpenStore(store, storeConfig.segmentBytes(), followers, delayConfig, null),
                        StateTables.inFiles(stateFolder),
                        shown,
                        TransportSettings.defaults())) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(isStopped), "stop"));
            recovery.serves("master", store.maxPosition());
            LOG.atInfo()
                    .addKeyValue("cluster", brokerConfig.cluster())
                    .addKeyValue("broker", brokerConfig.name())
                    .log("broker serves {}:{}, health on port {}", brokerConfig.host(), broker.port(), health.port());
            return end.join();
        } finally {
            isStopped.complete(null);
        }
    }

    private static HealthServer health(BrokerConfig config, RecoveryLog recovery, Executor threads) {
        int port = config.healthPort();
        return port == 0
                ? HealthServer.none()
                : HealthServer.start(
                        new InetSocketAddress(config.bindHost(), port),
                        "broker.http-port",
                        recovery::readiness,
                        threads);
    }

    private void storeFailed(StoreException fault) {
        LOG.atError().setCause(fault).log("the store failed; this broker ends");
        end.complete(STORE_FAILED);
    }

    /** Runs when the process is asked to end: waits until all is closed. */
    private void stop(CompletableFuture<Void> isStopped) {
        end.complete(OK);
        isStopped.join();
    }
}
