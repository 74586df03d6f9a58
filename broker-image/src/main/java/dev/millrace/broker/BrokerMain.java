package dev.millrace.broker;

import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.replication.ReplicationException;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.health.HealthServer;
import dev.millrace.protocol.transport.TransportException;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
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
        BrokerSettings settings;
        try {
            settings = BrokerSettings.read(config, System.getenv(), overrides);
        } catch (ConfigException e) {
            return refuse(WRONG_SETTINGS, e);
        }
        try {
            return run(settings);
        } catch (StoreException | TransportException | ReplicationException e) {
            return refuse(CANNOT_START, e);
        }
    }

    private static int refuse(int status, RuntimeException reason) {
        System.err.println("broker: " + reason.getMessage());
        LOG.atDebug().setCause(reason).log("not started");
        return status;
    }

    private int run(BrokerSettings settings) {
        RecoveryLog recovery = new RecoveryLog(System::nanoTime);
        Openings openings =
                new Openings(settings, recovery, this::storeFailed, InstantSource.system(), System::nanoTime);
        CompletableFuture<Void> isStopped = new CompletableFuture<>();
        try (ExecutorService healthThreads = Executors.newVirtualThreadPerTaskExecutor();
                HealthServer health = health(settings.broker(), recovery, healthThreads)) {
            LOG.atInfo()
                    .addKeyValue("cluster", settings.broker().cluster())
                    .addKeyValue("broker", settings.broker().name())
                    .log("health on port {}", health.port());
            return settings.copy().isInGroup()
                    ? runCopy(settings, openings, recovery, isStopped)
                    : runAlone(settings, openings, recovery, isStopped);
        } finally {
            isStopped.complete(null);
        }
    }

    private int runAlone(
            BrokerSettings settings, Openings openings, RecoveryLog recovery, CompletableFuture<Void> isStopped) {
        Followers followers = openings.standAlone();
        BrokerConfig config = settings.broker();
        try (MessageStore store = openings.open(followers);
                Ports ports = Ports.open(config, TransportSettings.defaults());
                Broker broker = new Broker(
                        config,
                        openings.opened(store, followers, null),
                        StateTables.inFiles(settings.stateFolder()),
                        settings.shown(),
                        TransportSettings.defaults(),
                        ports,
                        Broker.ALONE)) {
            stopWith(() -> end.complete(OK), isStopped);
            recovery.serves("master", store.maxPosition());
            LOG.atInfo()
                    .addKeyValue("cluster", config.cluster())
                    .addKeyValue("broker", config.name())
                    .log("broker serves {}:{}", config.host(), broker.port());
            return end.join();
        }
    }

    private static int runCopy(
            BrokerSettings settings, Openings openings, RecoveryLog recovery, CompletableFuture<Void> isStopped) {
        try (Ports ports = Ports.open(settings.broker(), TransportSettings.defaults())) {
            CopyProcess copy = new CopyProcess(settings, openings, recovery, ports);
            stopWith(copy::requestEnd, isStopped);
            LOG.atInfo()
                    .addKeyValue("cluster", settings.broker().cluster())
                    .addKeyValue("broker", settings.broker().name())
                    .log(
                            "copy {} listens on {}:{}",
                            settings.copy().copy(),
                            settings.broker().host(),
                            ports.port());
            return copy.run() ? OK : STORE_FAILED;
        }
    }

    /** When the process is asked to end, it ends this, and waits until all is closed. */
    private static void stopWith(Runnable request, CompletableFuture<Void> isStopped) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            request.run();
                            isStopped.join();
                        },
                        "stop"));
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
}
