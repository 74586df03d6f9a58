package dev.millrace.cli.local;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One server process that should run. Thread-safe: immutable.
 *
 * @param name of the process, and of its files in the data folder
 * @param port where clients connect
 * @param httpPort where it answers {@code /ready}; 0 for nowhere
 * @param ports all ports the process listens on, {@code port} included
 * @param copy which copy of a broker group it is; empty for all others
 * @param settings its configuration, sorted by key
 */
record ServerPlan(
        String name,
        Role role,
        String host,
        int port,
        int httpPort,
        List<Integer> ports,
        Optional<CopyId> copy,
        Map<String, String> settings) {
    ServerPlan {
        ports = List.copyOf(ports);
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** Name of the process of a copy. */
    static String copyName(CopyId copy) {
        return copy.group() + "-" + copy.number();
    }

    String address() {
        return host + ":" + port;
    }

    /** The configuration file: one {@code key=value} a line, as {@link java.util.Properties} reads it. */
    String configText() {
        return settings.entrySet().stream()
                .map(entry -> escape(entry.getKey(), true) + "=" + escape(entry.getValue(), false) + "\n")
                .collect(Collectors.joining());
    }

    private static String escape(String text, boolean isKey) {
        String escaped = text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
        if (isKey) {
            return escaped.replace(" ", "\\ ")
                    .replace("=", "\\=")
                    .replace(":", "\\:")
                    .replace("#", "\\#")
                    .replace("!", "\\!");
        }
        return escaped.startsWith(" ") ? "\\" + escaped : escaped;
    }
}
