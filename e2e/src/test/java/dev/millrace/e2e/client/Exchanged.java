package dev.millrace.e2e.client;

import java.util.Map;

/**
 * What both ends of an exchange must see of a message. Thread-safe: immutable.
 *
 * @param keys separated by spaces
 * @param properties the application's own
 */
public record Exchanged(String body, String tag, String keys, Map<String, String> properties, String uniqueId) {
    public Exchanged {
        properties = Map.copyOf(properties);
    }
}
