package dev.millrace.client.internal.engine;

import dev.millrace.client.ClientEngine;
import dev.millrace.client.ClientException;
import dev.millrace.client.ClientSettings;
import dev.millrace.client.Consumer;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Producer;
import dev.millrace.client.ProducerSettings;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.internal.message.Preparation;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Connections;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.pull.PollingConsumer;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.send.SendContext;
import dev.millrace.client.internal.send.SingleSender;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running client: makes everything, knows everything, closes everything. Thread-safe. */
public final class ClientRuntime implements ClientEngine {
    private static final Logger LOG = LoggerFactory.getLogger(ClientRuntime.class);

    private final ClientThreads threads;
    private final Connections connections;
    private final ClientClock clock = new ClientClock(System::nanoTime, System::currentTimeMillis);
    private final Requests requests;
    private final NameServers nameServers;
    private final RouteCache routes;
    private final BrokerFeatures features;
    private final UniqueId ids;
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    /** Starts clients. */
    public static final class Provider implements ClientEngine.Provider {
        @Override
        public ClientEngine start(ClientSettings settings) {
            return new ClientRuntime(settings);
        }
    }

    ClientRuntime(ClientSettings settings) {
        this.threads = new ClientThreads(settings.ioThreads());
        this.connections = new Connections(threads.io(), (connection, fields, body) -> {}, new Watcher());
        this.requests = new Requests(connections, settings.requestTimeout());
        this.nameServers = new NameServers(
                requests, settings.namesrv(), ThreadLocalRandom.current().nextInt());
        this.routes = new RouteCache(nameServers, clock);
        this.features = new BrokerFeatures(requests);
        long monthStartMs = LocalDate.now(ZoneId.systemDefault())
                .withDayOfMonth(1)
                .atStartOfDay(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli();
        this.ids = new UniqueId(
                LocalHost.address(),
                ProcessHandle.current().pid(),
                ThreadLocalRandom.current().nextInt(),
                () -> clock.wallTimeMs() - monthStartMs);
        long pollMs = settings.routePollInterval().toMillis();
        threads.timer().scheduleWithFixedDelay(routes::refreshAll, pollMs, pollMs, TimeUnit.MILLISECONDS);
    }

    /** Knows the event loops by their first connection. */
    private final class Watcher implements ConnectionListener {
        @Override
        public void opened(Connection connection) {
            ClientThreads.mark();
        }

        @Override
        public void closed(Connection connection) {
            features.forget();
        }
    }

    public Requests requests() {
        return requests;
    }

    public NameServers nameServers() {
        return nameServers;
    }

    public RouteCache routes() {
        return routes;
    }

    @Override
    public Producer open(ProducerSettings settings) {
        SendContext context = new SendContext(
                requests,
                routes,
                new Preparation(ids, clock.wallMs(), settings.compressFromBytes()),
                clock,
                threads::later);
        Producer producer = new SingleSender(context, settings, ClientThreads::isOurs);
        open.add(producer);
        return producer;
    }

    @Override
    public Consumer open(ConsumerSettings settings) {
        throw new ClientException(ErrorCode.NOT_SUPPORTED, "consumers with a listener are not there yet");
    }

    @Override
    public PullConsumer open(PullConsumerSettings settings) {
        PullConsumer consumer = new PollingConsumer(
                new PollingConsumer.Parts(requests, features, routes, clock, threads::later), settings);
        open.add(consumer);
        return consumer;
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a producer or consumer did not close well");
            }
        }
        connections.close();
        threads.close();
    }
}
