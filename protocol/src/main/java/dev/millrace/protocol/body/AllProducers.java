package dev.millrace.protocol.body;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Clients of all producer groups. */
public record AllProducers(Map<String, List<Client>> data) {
    /** One client of a producer group; the time is ms since the epoch. */
    public record Client(
            String clientId, @Nullable String language, long lastUpdateTimestamp, String remoteIP, int version) {}
}
