package dev.millrace.broker.topic;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Changes to a topic's attributes: {@code +key=value,-key}. Thread-safe: stateless. */
final class Attributes {
    private static final String TYPE = "message.type";
    private static final Set<String> TYPES = Set.of("UNSPECIFIED", "NORMAL", "FIFO", "DELAY", "TRANSACTION", "MIXED");
    private static final Set<String> KEYS = new TreeSet<>(Set.of("queue.type", "cleanup.policy", TYPE, "reserve.time"));
    private static final Map<String, String> ONLY_SERVED = Map.of("queue.type", "SimpleCQ", "cleanup.policy", "DELETE");

    private Attributes() {}

    /**
     * The attributes after the changes.
     *
     * @throws RequestFailure if a change is not of the form, or not served
     */
    static Map<String, String> apply(Map<String, String> before, String changes) {
        Map<String, String> after = new TreeMap<>(before);
        for (String change : changes.split(",", -1)) {
            String text = change.strip();
            if (text.isEmpty()) {
                continue;
            }
            int equals = text.indexOf('=');
            String key = text.substring(1, equals < 0 ? text.length() : equals);
            if (text.charAt(0) == '-' && equals < 0) {
                if (after.remove(key) == null) {
                    throw wrong("'" + key + "' is not set, so it can't be removed");
                }
            } else if (text.charAt(0) == '+' && equals > 0) {
                check(key, text.substring(equals + 1));
                after.put(key, text.substring(equals + 1));
            } else {
                throw wrong("'" + text + "' is neither +key=value nor -key");
            }
        }
        return after;
    }

    private static void check(String key, String value) {
        if (!KEYS.contains(key) && !WindowSetting.ATTRIBUTES.contains(key)) {
            throw wrong("'" + key + "' is none of " + KEYS + " and " + WindowSetting.ATTRIBUTES);
        }
        String only = ONLY_SERVED.get(key);
        if (only != null && !only.equals(value)) {
            throw wrong("'" + key + "=" + value + "' is not served; leave it out or use " + only);
        }
        if (key.equals(TYPE) && !TYPES.contains(value)) {
            throw wrong("'" + key + "=" + value + "' is none of " + TYPES);
        }
    }

    private static RequestFailure wrong(String what) {
        return new RequestFailure(ResponseCode.SYSTEM_ERROR, "attribute " + what);
    }
}
