package dev.millrace.e2e.servers;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Whose servers a suite runs against; chosen by the system property {@code e2e.servers}. Thread-safe: immutable. */
public enum ServerKind {
    /** Apache RocketMQ 5.5.0: shows that a test is right. */
    APACHE,
    /** Ours. */
    MILLRACE;

    /** The kinds named in {@code e2e.servers}, {@code apache} when the property is missing. */
    public static List<ServerKind> chosen() {
        return Arrays.stream(System.getProperty("e2e.servers", "apache").split(","))
                .map(name -> valueOf(name.strip().toUpperCase(Locale.ROOT)))
                .toList();
    }

    public Servers start(Path scratch, ServerOptions options) {
        return switch (this) {
            case APACHE -> ApacheServers.start(scratch, options);
            case MILLRACE -> MillraceServers.start(scratch, options);
        };
    }

    public Servers start(Path scratch) {
        return start(scratch, ServerOptions.usual());
    }
}
