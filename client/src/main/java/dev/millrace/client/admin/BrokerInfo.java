package dev.millrace.client.admin;

import java.util.Map;
import java.util.Optional;

/**
 * One broker group.
 *
 * @param addresses broker id (0 is the master) to {@code host:port}
 */
public record BrokerInfo(String cluster, String name, Map<Long, String> addresses) {
    public BrokerInfo {
        addresses = Map.copyOf(addresses);
    }

    public Optional<String> masterAddress() {
        return Optional.ofNullable(addresses.get(0L));
    }
}
