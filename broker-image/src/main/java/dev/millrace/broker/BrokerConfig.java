package dev.millrace.broker;

import dev.millrace.protocol.config.ByteSize;
import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the broker program beside those of its store.
 *
 * <p>Thread-safe: immutable.
 */
public record BrokerConfig(
        @Setting(
                key = "broker.cluster",
                defaultValue = "DefaultCluster",
                change = Change.IMMUTABLE,
                description = "Name of the cluster this broker belongs to; stored with each message.")
        String cluster,

        @Setting(
                key = "broker.name",
                defaultValue = "broker-0",
                change = Change.IMMUTABLE,
                description = "Name of the broker group; clients know queues by it.")
        String name,

        @Setting(
                key = "broker.host",
                defaultValue = "127.0.0.1",
                change = Change.RESTART,
                description = "Address or host name that clients reach this broker at; it becomes part of message ids.")
        String host,

        @Setting(
                key = "broker.bind",
                defaultValue = "",
                change = Change.RESTART,
                description = "Address to listen on; empty: that of broker.host. 0.0.0.0 listens on all.")
        String bind,

        @Setting(
                key = "broker.port",
                defaultValue = "10911",
                change = Change.RESTART,
                min = "0",
                max = "65535",
                description = "Port for all requests; 0 takes any free one. The port 2 below serves all but pulls.")
        int port,

        @Setting(
                key = "broker.namesrv",
                defaultValue = "",
                change = Change.RESTART,
                description =
                        "NameServers as host:port, separated by semicolons; empty: this broker registers nowhere.")
        List<String> namesrv,

        @Setting(
                key = "broker.auto-create-topics",
                defaultValue = "true",
                change = Change.RESTART,
                description = "Whether a message to an unknown topic creates it.")
        boolean autoCreateTopics,

        @Setting(
                key = "broker.auto-create-groups",
                defaultValue = "true",
                change = Change.RESTART,
                description = "Whether a client that names an unknown consumer group creates it.")
        boolean autoCreateGroups,

        @Setting(
                key = "broker.default-queues",
                defaultValue = "8",
                change = Change.RESTART,
                min = "1",
                max = "1024",
                description = "Most queues that a topic gets when a message creates it.")
        int defaultQueues,

        @Setting(
                key = "broker.body-size-max",
                defaultValue = "4MiB",
                change = Change.RESTART,
                min = "1KiB",
                max = "15MiB",
                description = "Largest body of one message.")
        ByteSize bodySizeMax,

        @Setting(
                key = "broker.pull-size-max",
                defaultValue = "4MiB",
                change = Change.RESTART,
                min = "64KiB",
                max = "15MiB",
                description = "Most bytes of one answer to a pull, whatever the consumer asks for.")
        ByteSize pullSizeMax,

        @Setting(
                key = "broker.io-threads",
                defaultValue = "0",
                change = Change.RESTART,
                min = "0",
                max = "64",
                description = "Event loops; 0 takes half of the processors, at least 1 and at most 8.")
        int ioThreads,

        @Setting(
                key = "broker.connections-max",
                defaultValue = "10000",
                change = Change.RESTART,
                min = "1",
                max = "1000000",
                description = "Connections at once; a further one is closed at once.")
        int connectionsMax,

        @Setting(
                key = "broker.http-port",
                defaultValue = "-1",
                change = Change.RESTART,
                min = "-1",
                max = "65535",
                description = "Port for /live and /ready over HTTP; 0 for none, -1 for the port 2 above broker.port.")
        int httpPort,

        // Clients go on for 30 s after they heard of their lock; RocketMQ's brokers keep it for as long as this.
        @Setting(
                key = "broker.queue-lock-lease",
                defaultValue = "60s",
                change = Change.RESTART,
                min = "40s",
                max = "1h",
                description =
                        "How long the queues of an ordered consumer that died stay locked. Clients renew a lock each 20 s and go on"
                                + " for 30 s after that: a listener may take the rest of this time for one message.")
        Duration queueLockLease) {

    private static final int IO_THREADS_MAX = 8;
    private static final int HEALTH_PORT_DISTANCE = 2;

    public BrokerConfig {
        namesrv = namesrv.stream().map(String::strip).filter(a -> !a.isEmpty()).toList();
        for (String address : namesrv) {
            if (!address.matches("[^:]+:\\d{1,5}")) {
                throw new IllegalArgumentException(
                        "broker.namesrv has '" + address + "', which is no host:port; separate several by semicolons");
            }
        }
        if (host.isBlank()) {
            throw new IllegalArgumentException(
                    "broker.host is blank; set the address that clients reach this broker at");
        }
    }

    /** Port for health checks, 0 for none. */
    public int healthPort() {
        if (httpPort >= 0) {
            return httpPort;
        }
        return port == 0 ? 0 : port + HEALTH_PORT_DISTANCE;
    }

    /** Address to listen on. */
    public String bindHost() {
        return bind.isBlank() ? host : bind;
    }

    /** Event loops to start on a machine with this many processors. */
    public int ioThreadCount(int processors) {
        return ioThreads > 0 ? ioThreads : Math.clamp(processors / 2, 1, IO_THREADS_MAX);
    }
}
