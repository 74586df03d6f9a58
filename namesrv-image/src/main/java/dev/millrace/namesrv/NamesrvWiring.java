package dev.millrace.namesrv;

import dev.millrace.namesrv.dispatch.Dispatch;
import dev.millrace.namesrv.keyvalue.DeleteKeyValueHandler;
import dev.millrace.namesrv.keyvalue.GetKeyValueHandler;
import dev.millrace.namesrv.keyvalue.GetKeyValuesHandler;
import dev.millrace.namesrv.keyvalue.KeyValues;
import dev.millrace.namesrv.keyvalue.PutKeyValueHandler;
import dev.millrace.namesrv.liveness.BrokerHeartbeatHandler;
import dev.millrace.namesrv.liveness.ClosedConnections;
import dev.millrace.namesrv.liveness.ExpiryLoop;
import dev.millrace.namesrv.liveness.LiveBrokers;
import dev.millrace.namesrv.liveness.QueryDataVersionHandler;
import dev.millrace.namesrv.route.AddWritePermissionHandler;
import dev.millrace.namesrv.route.DeleteTopicRouteHandler;
import dev.millrace.namesrv.route.GetAllTopicsHandler;
import dev.millrace.namesrv.route.GetClusterInfoHandler;
import dev.millrace.namesrv.route.GetRouteHandler;
import dev.millrace.namesrv.route.GetSystemTopicsHandler;
import dev.millrace.namesrv.route.GetTopicsByClusterHandler;
import dev.millrace.namesrv.route.GetUnitSubscriptionNonUnitTopicsHandler;
import dev.millrace.namesrv.route.GetUnitSubscriptionTopicsHandler;
import dev.millrace.namesrv.route.GetUnitTopicsHandler;
import dev.millrace.namesrv.route.RegisterBrokerHandler;
import dev.millrace.namesrv.route.RouteTable;
import dev.millrace.namesrv.route.UnregisterBrokerHandler;
import dev.millrace.namesrv.route.WipeWritePermissionHandler;
import dev.millrace.namesrv.settings.GetConfigHandler;
import dev.millrace.namesrv.settings.LiveSettings;
import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.namesrv.settings.UpdateConfigHandler;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.health.HealthServer;
import dev.millrace.protocol.transport.CloseCounts;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.TransportException;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds the NameServer: the only class that knows all of its parts. Owner: the thread that starts it. */
final class NamesrvWiring {
    private static final Logger LOG = LoggerFactory.getLogger(NamesrvWiring.class);

    private final NamesrvConfig config;
    private final LiveBrokers brokers;
    private final RouteTable routes;
    private final KeyValues values = new KeyValues();
    private final LiveSettings settings;
    private final TransportSettings transport;
    private final CloseCounts closed = new CloseCounts();

    private NamesrvWiring(NamesrvConfig config, LongSupplier nanoTime, TransportSettings transport) {
        this.config = config;
        this.transport = transport;
        this.brokers = new LiveBrokers(nanoTime);
        this.routes = new RouteTable(brokers);
        this.settings = new LiveSettings(config);
    }

    /** @throws TransportException if a port is in use or the host is not of this machine */
    static Namesrv start(NamesrvConfig config) {
        return start(config, System::nanoTime, TransportSettings.defaults());
    }

    /** Starts it with another clock and other limits of connections. */
    static Namesrv start(NamesrvConfig config, LongSupplier nanoTime, TransportSettings transport) {
        return new NamesrvWiring(config, nanoTime, transport).start();
    }

    private Namesrv start() {
        IoThreads io = IoThreads.start(config.ioThreadCount());
        ExecutorService healthThreads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            RemotingServer server = RemotingServer.start(
                    io,
                    new InetSocketAddress(config.host(), config.port()),
                    transport,
                    dispatch(),
                    new ClosedConnections(brokers, routes, closed));
            HealthServer health = startHealth(healthThreads);
            ScheduledExecutorService expiry = startExpiry();
            return new Namesrv(
                    server.port(),
                    health.port(),
                    List.of(health, healthThreads::shutdownNow, expiry::shutdownNow, server, io));
        } catch (TransportException e) {
            healthThreads.shutdownNow();
            io.close();
            throw e;
        }
    }

    private HealthServer startHealth(ExecutorService threads) {
        int port = config.healthPort();
        return port == 0
                ? HealthServer.none()
                : HealthServer.start(
                        new InetSocketAddress(config.host(), port),
                        "namesrv.http-port",
                        () -> new NamesrvReadiness(true, brokers.count(), closed.snapshot()),
                        threads);
    }

    private ScheduledExecutorService startExpiry() {
        ExpiryLoop loop = new ExpiryLoop(brokers, routes);
        ScheduledExecutorService expiry = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, loop.roleName());
            thread.setDaemon(true);
            return thread;
        });
        long intervalMs = config.expiryScanInterval().toMillis();
        var unused = expiry.scheduleWithFixedDelay(() -> run(loop), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
        return expiry;
    }

    /** A fault must not end the schedule: silent brokers would stay in the routes for ever. */
    private static void run(ExpiryLoop loop) {
        try {
            loop.doWork();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("looking for silent brokers failed, this is a bug");
        }
    }

    private Dispatch dispatch() {
        Dispatch.Table table = new Dispatch.Table();
        addBrokerRequests(table);
        addTopicRequests(table);
        addAdminRequests(table);
        return table.build();
    }

    private void addBrokerRequests(Dispatch.Table table) {
        table.on(NamesrvRequest.RegisterBroker.class, new RegisterBrokerHandler(routes, values, settings))
                .on(NamesrvRequest.UnregisterBroker.class, new UnregisterBrokerHandler(routes))
                .on(NamesrvRequest.QueryDataVersion.class, new QueryDataVersionHandler(brokers))
                .on(NamesrvRequest.BrokerHeartbeat.class, new BrokerHeartbeatHandler(brokers));
    }

    private void addTopicRequests(Dispatch.Table table) {
        table.on(NamesrvRequest.GetRoute.class, new GetRouteHandler(routes, values, settings))
                .on(NamesrvRequest.GetAllTopics.class, new GetAllTopicsHandler(routes))
                .on(NamesrvRequest.GetSystemTopics.class, new GetSystemTopicsHandler(routes))
                .on(NamesrvRequest.GetTopicsByCluster.class, new GetTopicsByClusterHandler(routes))
                .on(NamesrvRequest.GetUnitTopics.class, new GetUnitTopicsHandler(routes))
                .on(NamesrvRequest.GetUnitSubscriptionTopics.class, new GetUnitSubscriptionTopicsHandler(routes))
                .on(
                        NamesrvRequest.GetUnitSubscriptionNonUnitTopics.class,
                        new GetUnitSubscriptionNonUnitTopicsHandler(routes))
                .on(NamesrvRequest.DeleteTopicRoute.class, new DeleteTopicRouteHandler(routes));
    }

    private void addAdminRequests(Dispatch.Table table) {
        table.on(NamesrvRequest.GetClusterInfo.class, new GetClusterInfoHandler(routes))
                .on(NamesrvRequest.WipeWritePermission.class, new WipeWritePermissionHandler(routes))
                .on(NamesrvRequest.AddWritePermission.class, new AddWritePermissionHandler(routes))
                .on(NamesrvRequest.PutKeyValue.class, new PutKeyValueHandler(values))
                .on(NamesrvRequest.GetKeyValue.class, new GetKeyValueHandler(values))
                .on(NamesrvRequest.DeleteKeyValue.class, new DeleteKeyValueHandler(values))
                .on(NamesrvRequest.GetKeyValues.class, new GetKeyValuesHandler(values))
                .on(NamesrvRequest.GetNamesrvConfig.class, new GetConfigHandler(settings))
                .on(NamesrvRequest.UpdateNamesrvConfig.class, new UpdateConfigHandler(settings));
    }
}
