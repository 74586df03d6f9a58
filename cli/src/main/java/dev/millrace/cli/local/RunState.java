package dev.millrace.cli.local;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What a supervisor last wrote down about its processes. Thread-safe: immutable.
 *
 * <p>On disk: a properties file, {@code version}, {@code supervisor}, {@code cluster}, {@code count}, and for each server
 * {@code N.name}, {@code N.role}, {@code N.host}, {@code N.port}, {@code N.http} (0 for none), {@code N.group} and
 * {@code N.copy} (absent unless it is a copy of a broker group), {@code N.process} (absent before its first start),
 * {@code N.started} (ISO 8601), {@code N.phase}, {@code N.restarts}. Written by the supervisor alone, replaced whole.
 */
record RunState(ProcessIdentity supervisor, String cluster, List<Server> servers) {
    private static final String VERSION = "1";

    /** One server. */
    record Server(
            String name,
            Role role,
            String host,
            int port,
            int httpPort,
            Optional<CopyId> copy,
            Optional<ProcessIdentity> process,
            Instant startedAt,
            Phase phase,
            int restarts) {
        String address() {
            return host + ":" + port;
        }
    }

    RunState {
        servers = List.copyOf(servers);
    }

    String text() {
        var properties = new Properties();
        properties.setProperty("version", VERSION);
        properties.setProperty("supervisor", supervisor.toString());
        properties.setProperty("cluster", cluster);
        properties.setProperty("count", Integer.toString(servers.size()));
        for (int i = 0; i < servers.size(); i++) {
            put(properties, i + ".", servers.get(i));
        }
        var text = new StringWriter();
        try {
            properties.store(text, null);
        } catch (IOException e) {
            throw new AssertionError("a text in memory cannot fail", e);
        }
        return text.toString();
    }

    private static void put(Properties properties, String prefix, Server server) {
        properties.setProperty(prefix + "name", server.name());
        properties.setProperty(prefix + "role", server.role().name());
        properties.setProperty(prefix + "host", server.host());
        properties.setProperty(prefix + "port", Integer.toString(server.port()));
        properties.setProperty(prefix + "http", Integer.toString(server.httpPort()));
        server.copy().ifPresent(copy -> {
            properties.setProperty(prefix + "group", copy.group());
            properties.setProperty(prefix + "copy", Integer.toString(copy.number()));
        });
        server.process().ifPresent(process -> properties.setProperty(prefix + "process", process.toString()));
        properties.setProperty(prefix + "started", server.startedAt().toString());
        properties.setProperty(prefix + "phase", server.phase().label());
        properties.setProperty(prefix + "restarts", Integer.toString(server.restarts()));
    }

    /** What was written last; nothing where there is no file, or one that another version wrote. */
    static Optional<RunState> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var properties = new Properties();
        properties.load(new StringReader(Files.readString(file)));
        if (!VERSION.equals(properties.getProperty("version"))) {
            return Optional.empty();
        }
        List<Server> servers = new ArrayList<>();
        int count = Integer.parseInt(properties.getProperty("count", "0"));
        for (int i = 0; i < count; i++) {
            servers.add(server(properties, i + "."));
        }
        var supervisor = ProcessIdentity.parse(properties.getProperty("supervisor", "0@"));
        return Optional.of(new RunState(supervisor, properties.getProperty("cluster", ""), servers));
    }

    private static Server server(Properties properties, String prefix) {
        return new Server(
                properties.getProperty(prefix + "name", ""),
                Role.valueOf(properties.getProperty(prefix + "role", "")),
                properties.getProperty(prefix + "host", ""),
                Integer.parseInt(properties.getProperty(prefix + "port", "0")),
                Integer.parseInt(properties.getProperty(prefix + "http", "0")),
                Optional.ofNullable(properties.getProperty(prefix + "group"))
                        .map(group ->
                                new CopyId(group, Integer.parseInt(properties.getProperty(prefix + "copy", "0")))),
                Optional.ofNullable(properties.getProperty(prefix + "process")).map(ProcessIdentity::parse),
                Instant.parse(properties.getProperty(prefix + "started", "")),
                Phase.ofLabel(properties.getProperty(prefix + "phase", "")),
                Integer.parseInt(properties.getProperty(prefix + "restarts", "0")));
    }
}
