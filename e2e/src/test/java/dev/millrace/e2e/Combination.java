package dev.millrace.e2e;

import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.servers.ServerKind;
import java.util.ArrayList;
import java.util.List;

/**
 * One cell of the matrix. Thread-safe: immutable.
 *
 * @param kind whose servers
 * @param clientVersion which published client
 * @param header how that client writes headers
 */
record Combination(ServerKind kind, String clientVersion, HeaderType header) {

    private static final List<String> VERSIONS = List.of("4.9.8", "5.3.3", "5.5.0");

    /**
     * The cells to run: everything against ours; against Apache's servers only the newest client with JSON headers,
     * unless {@code e2e.apache-matrix} is {@code full}.
     */
    static List<Combination> chosen() {
        boolean isFull = "full".equals(System.getProperty("e2e.apache-matrix", "core"));
        List<Combination> chosen = new ArrayList<>();
        for (ServerKind kind : ServerKind.chosen()) {
            chosen.addAll(kind == ServerKind.APACHE && !isFull ? newest(kind) : all(kind));
        }
        return chosen;
    }

    private static List<Combination> newest(ServerKind kind) {
        return List.of(new Combination(kind, VERSIONS.getLast(), HeaderType.JSON));
    }

    private static List<Combination> all(ServerKind kind) {
        return VERSIONS.stream()
                .flatMap(version ->
                        List.of(HeaderType.values()).stream().map(header -> new Combination(kind, version, header)))
                .toList();
    }

    /** Short and legal in a topic's name. */
    String label() {
        return kind.name().charAt(0)
                + clientVersion.replace(".", "")
                + header.name().charAt(0);
    }
}
