package dev.millrace.e2e.client;

import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;

/**
 * What a scenario gets: the servers it talks to and names nobody else uses. Thread-safe: immutable.
 *
 * @param kind whose servers these are, for the few places where a test may ask more of ours
 * @param servers the running servers; only scenarios that run alone may stop them
 * @param clientVersion version of the client library the scenario runs on
 * @param unique appended to each topic and group
 * @param scratch an own folder, which exists
 */
public record Environment(ServerKind kind, Servers servers, String clientVersion, String unique, Path scratch) {

    /** A topic, group or instance name of this scenario alone. */
    public String name(String stem) {
        return stem + "-" + unique;
    }

    public boolean isClientOlderThan5() {
        return clientVersion.startsWith("4.");
    }
}
