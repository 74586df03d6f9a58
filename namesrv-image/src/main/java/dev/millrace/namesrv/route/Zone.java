package dev.millrace.namesrv.route;

import dev.millrace.protocol.codec.HeaderFields;
import org.jspecify.annotations.Nullable;

/** Availability zones, which peers name in extra header fields. Stateless. */
final class Zone {
    static final String NAME_FIELD = "__ZONE_NAME";
    private static final String MODE_FIELD = "__ZONE_MODE";

    private Zone() {}

    /** The zone a client wants its brokers from, or null if it does not care. */
    static @Nullable String wanted(HeaderFields fields) {
        String zone = fields.text(NAME_FIELD);
        return fields.booleanOr(MODE_FIELD, false) && zone != null && !zone.isEmpty() ? zone : null;
    }
}
