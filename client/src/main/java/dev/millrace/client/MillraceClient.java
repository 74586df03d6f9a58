package dev.millrace.client;

import java.time.Duration;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Connections to one cluster and the routes of its topics, shared by the producers and consumers it makes. Thread-safe;
 * one per process is enough.
 *
 * <pre>{@code
 * try (MillraceClient client = MillraceClient.builder().namesrv("localhost:9876").build();
 *         Producer producer = client.producer().build()) {
 *     producer.send(Message.of("orders", body).withTag("paid"));
 * }
 * }</pre>
 */
public final class MillraceClient implements AutoCloseable {
    private final ClientEngine engine;

    private MillraceClient(ClientEngine engine) {
        this.engine = engine;
    }

    public static Builder builder() {
        return new Builder();
    }

    public Producer.Builder producer() {
        return new Producer.Builder(engine::open);
    }

    /**
     * A producer whose messages belong to local transactions.
     *
     * @param check finds out what became of any transaction of the group
     */
    public TransactionalProducer.Builder transactionalProducer(String group, TransactionalProducer.OutcomeCheck check) {
        return new TransactionalProducer.Builder(engine::open, group, check);
    }

    /** A consumer that calls a listener; members of one group share the queues. */
    public Consumer.Builder consumer(String group) {
        return new Consumer.Builder(group, engine::open);
    }

    /** A consumer that the application asks for messages. */
    public PullConsumer.Builder pullConsumer(String group) {
        return new PullConsumer.Builder(group, engine::open);
    }

    /** What became of the trace records of this client; see {@link Builder#traced}. */
    public TraceCounts traceCounts() {
        return engine.traceCounts();
    }

    /** For this library's own parts. */
    public ClientEngine engine() {
        return engine;
    }

    /** Closes what it made, then all connections. */
    @Override
    public void close() {
        engine.close();
    }

    /** Builds clients. Not thread-safe. */
    public static final class Builder {
        private static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";

        private String namesrv = "";
        private int ioThreads = 1;
        private Duration requestTimeout = Duration.ofSeconds(3);
        private Duration routePollInterval = Duration.ofSeconds(30);
        private Optional<String> namespace = Optional.empty();
        private Optional<String> traceTopic = Optional.empty();

        private Builder() {}

        /** NameServers as {@code host:port}, separated by {@code ;}. Required. */
        public Builder namesrv(String newNamesrv) {
            namesrv = newNamesrv;
            return this;
        }

        /** Threads that read and write connections; 1 by default, which carries a million messages a second. */
        public Builder ioThreads(int newIoThreads) {
            ioThreads = newIoThreads;
            return this;
        }

        /** Time for requests other than sends and pulls; 3 s by default. */
        public Builder requestTimeout(Duration newRequestTimeout) {
            requestTimeout = newRequestTimeout;
            return this;
        }

        /** How often routes are read again; 30 s by default. */
        public Builder routePollInterval(Duration newRoutePollInterval) {
            routePollInterval = newRoutePollInterval;
            return this;
        }

        /**
         * Keeps topics and groups apart from those of other namespaces: on the wire {@code orders} is {@code
         * namespace%orders}, as RocketMQ's clients write it. Applications see the names without it; administration uses them as
         * they are on the wire.
         */
        public Builder namespace(String newNamespace) {
            namespace = Optional.of(newNamespace);
            return this;
        }

        /**
         * Writes what its producers and consumers do to the topic {@code RMQ_SYS_TRACE_TOPIC}, where tools find it by message id
         * and key. Off by default. Records that find no room are dropped and counted: tracing holds up nothing.
         */
        public Builder traced() {
            return traced(TRACE_TOPIC);
        }

        /** Writes trace records to a topic of the application's choice. */
        public Builder traced(String topic) {
            traceTopic = Optional.of(topic);
            return this;
        }

        /** Starts the client. It connects when it first needs to. */
        public MillraceClient build() {
            if (namesrv.isBlank() || ioThreads < 1) {
                throw new ClientException(
                        ErrorCode.INVALID_ARGUMENT,
                        "NameServer list is '" + namesrv + "', io threads are " + ioThreads
                                + "; write host:port;host:port and at least 1");
            }
            ClientEngine.Provider provider = ServiceLoader.load(
                            ClientEngine.Provider.class, MillraceClient.class.getClassLoader())
                    .findFirst()
                    .orElseThrow(() -> new ClientException(
                            ErrorCode.NOT_SUPPORTED,
                            "META-INF/services/" + ClientEngine.Provider.class.getName()
                                    + " is missing; keep it when you repack the client jar"));
            return new MillraceClient(provider.start(
                    new ClientSettings(namesrv, ioThreads, requestTimeout, routePollInterval, namespace, traceTopic)));
        }
    }
}
