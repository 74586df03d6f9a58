package dev.millrace.namesrv.settings;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.time.Duration;

/** The NameServer's settings. Thread-safe: immutable. */
public record NamesrvConfig(
        @Setting(
                key = "namesrv.host",
                defaultValue = "0.0.0.0", // brokers and clients come from other machines
                change = Change.RESTART,
                description = "Address to listen on; 127.0.0.1 for this machine only.")
        String host,

        @Setting(
                key = "namesrv.port",
                defaultValue = "9876", // where every RocketMQ client looks
                change = Change.RESTART,
                description = "Port for clients and brokers; 0 takes any free one.",
                min = "0",
                max = "65535")
        int port,

        @Setting(
                key = "namesrv.io-thread-count",
                defaultValue = "2", // route requests are rare and small
                change = Change.RESTART,
                description = "Event loops that serve connections.",
                min = "1",
                max = "64")
        int ioThreadCount,

        @Setting(
                key = "namesrv.broker-expiry",
                defaultValue = "120s", // four registrations missed
                change = Change.HOT,
                description = "A broker that is silent for longer leaves the routes, unless it registered with a limit"
                        + " of its own.",
                min = "1s")
        Duration brokerExpiry,

        @Setting(
                key = "namesrv.expiry-scan-interval",
                defaultValue = "5s", // small against the expiry
                change = Change.RESTART,
                description = "How often silent brokers are looked for.",
                min = "10ms",
                max = "60s")
        Duration expiryScanInterval,

        @Setting(
                key = "namesrv.support-acting-master",
                defaultValue = "false", // as RocketMQ
                change = Change.HOT,
                description = "Shows the replica with the lowest id as id 0 when its broker group has no master and"
                        + " allows it, so that clients can go on reading.")
        boolean supportActingMaster,

        @Setting(
                key = "namesrv.order-topics-in-route",
                defaultValue = "false", // as RocketMQ
                change = Change.HOT,
                description = "Puts a topic's value in the namespace ORDER_TOPIC_CONFIG into its route.")
        boolean orderTopicsInRoute,

        @Setting(
                key = "namesrv.delete-topics-with-registration",
                defaultValue = "false", // as RocketMQ: an old master must not delete what a new one made
                change = Change.HOT,
                description = "A topic that is missing in a broker's registration leaves that broker's routes.")
        boolean deleteTopicsWithRegistration,

        @Setting(
                key = "namesrv.http-port",
                defaultValue = "-1", // who chooses another port may have given its neighbour away
                change = Change.RESTART,
                min = "-1",
                max = "65535",
                description =
                        "Port for /live and /ready over HTTP; 0 for none, -1 for 9877 with namesrv.port=9876, else none.")
        int httpPort) {

    private static final int USUAL_PORT = 9876;

    /** Port for health checks, 0 for none. */
    public int healthPort() {
        if (httpPort >= 0) {
            return httpPort;
        }
        return port == USUAL_PORT ? USUAL_PORT + 1 : 0;
    }
}
