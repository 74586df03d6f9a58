package dev.millrace.broker.pop;

import dev.millrace.protocol.config.Change;
import dev.millrace.protocol.config.Setting;
import java.time.Duration;

/**
 * Settings of consumption by receipt.
 *
 * <p>Thread-safe: immutable.
 */
public record PopConfig(
        // Far more than well-sized consumers hold: each client of RocketMQ takes 96 at most.
        @Setting(
                key = "broker.pop.in-flight-max",
                defaultValue = "200000",
                change = Change.RESTART,
                min = "32",
                max = "10000000",
                description = "Messages that are taken and not acknowledged at once, of all consumer groups; at that"
                        + " number no more are handed out. The broker keeps up to 300 bytes of memory for each.")
        int inFlightMax,
        // Clients of RocketMQ ask for 2 h at most.
        @Setting(
                key = "broker.pop.invisible-max",
                defaultValue = "24h",
                change = Change.RESTART,
                min = "1s",
                max = "720h",
                description = "Longest time a message may be taken for; a request that asks for more is refused.")
        Duration invisibleMax,

        @Setting(
                key = "broker.pop.polls-max",
                defaultValue = "10000",
                change = Change.RESTART,
                min = "1",
                max = "1000000",
                description = "Requests that wait for messages at once; further ones are told to wait and ask again.")
        int pollsMax) {}
