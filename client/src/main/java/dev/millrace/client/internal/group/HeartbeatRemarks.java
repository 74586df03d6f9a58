package dev.millrace.client.internal.group;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What brokers last remarked on heartbeats, so that each remark is told once. Bounded by the brokers. Thread-safe. */
final class HeartbeatRemarks {
    private final ConcurrentHashMap<String, String> last = new ConcurrentHashMap<>();

    /** Whether there is a remark, and another one than this broker's last. */
    boolean isNew(String address, @Nullable String remark) {
        String text = remark == null ? "" : remark;
        return !text.equals(last.put(address, text)) && !text.isEmpty();
    }

    /** Forgets brokers that are at none of these addresses. */
    void retain(Set<String> addresses) {
        last.keySet().retainAll(addresses);
    }
}
