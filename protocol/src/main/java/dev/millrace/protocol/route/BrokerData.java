package dev.millrace.protocol.route;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of one broker group.
 *
 * @param brokerAddrs broker id (0 is the master) to {@code host:port}
 */
public record BrokerData(
        Map<Long, String> brokerAddrs,
        String brokerName,
        String cluster,
        boolean enableActingMaster,
        @Nullable String zoneName) {
    public static final long MASTER_ID = 0;

    public BrokerData {
        brokerAddrs = Map.copyOf(brokerAddrs);
    }

    public @Nullable String masterAddress() {
        return brokerAddrs.get(MASTER_ID);
    }
}
