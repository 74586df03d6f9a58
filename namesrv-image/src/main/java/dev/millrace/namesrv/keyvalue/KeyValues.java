package dev.millrace.namesrv.keyvalue;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Values by namespace and key. Gone when the program ends: tools write them to every NameServer, and nothing durable
 * depends on them.
 *
 * <p>Thread-safe: an immutable map, replaced under a lock.
 */
public final class KeyValues {
    /** Namespace of values such as {@code broker-a:4;broker-b:4}, by topic. */
    public static final String ORDER_TOPICS = "ORDER_TOPIC_CONFIG";

    /** Tools write one value per ordered topic. */
    static final int VALUES_MAX = 100_000;

    private volatile Map<String, Map<String, String>> namespaces = Map.of();

    /** Values of a namespace; empty if there is none. */
    public Map<String, String> values(String namespace) {
        return namespaces.getOrDefault(namespace, Map.of());
    }

    public Optional<String> value(String namespace, String key) {
        return Optional.ofNullable(values(namespace).get(key));
    }

    /** Returns false, and stores nothing, if the namespace is full. */
    synchronized boolean put(String namespace, String key, String value) {
        Map<String, String> values = new HashMap<>(values(namespace));
        if (values.put(key, value) == null && values.size() > VALUES_MAX) {
            return false;
        }
        publish(namespace, values);
        return true;
    }

    synchronized void delete(String namespace, String key) {
        Map<String, String> values = new HashMap<>(values(namespace));
        values.remove(key);
        publish(namespace, values);
    }

    private void publish(String namespace, Map<String, String> values) {
        Map<String, Map<String, String>> all = new HashMap<>(namespaces);
        if (values.isEmpty()) {
            all.remove(namespace);
        } else {
            all.put(namespace, Map.copyOf(values));
        }
        namespaces = Map.copyOf(all);
    }
}
