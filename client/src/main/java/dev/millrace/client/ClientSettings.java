package dev.millrace.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a client connects; made by {@link MillraceClient.Builder}.
 *
 * @param namesrv {@code host:port}, several separated by {@code ;}
 * @param ioThreads threads that read and write connections
 * @param requestTimeout for requests other than sends and pulls
 * @param routePollInterval how often routes are read again
 * @param namespace prefix of topics and groups on the wire; empty: none
 * @param traceTopic where trace records go; empty: there are none
 */
public record ClientSettings(
        String namesrv,
        int ioThreads,
        Duration requestTimeout,
        Duration routePollInterval,
        Optional<String> namespace,
        Optional<String> traceTopic) {}
