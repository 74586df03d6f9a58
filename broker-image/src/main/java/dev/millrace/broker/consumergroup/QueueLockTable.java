package dev.millrace.broker.consumergroup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.protocol.route.MessageQueue;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Which client of a consumer group handles a queue in order. A lock lasts for the lease unless it is renewed; then another
 * client may take it. A connection that ends does not end locks: its client may be there and at work, see docs/guarantees.md.
 *
 * <p>Thread-safe: one lock over a map; nothing is done while holding it.
 */
public final class QueueLockTable {
    private final LongSupplier nanoTime;
    private final long leaseNanos;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Map<String, Map<MessageQueue, Lease>> leases = new HashMap<>();

    public QueueLockTable(LongSupplier nanoTime, Duration lease) {
        this.nanoTime = nanoTime;
        this.leaseNanos = lease.toNanos();
    }

    private record Lease(String clientId, long sinceNanos) {}

    /** Takes or renews what is free or already this client's; gives the queues that it holds now. */
    public Set<MessageQueue> lock(String consumerGroup, String clientId, Set<MessageQueue> queues) {
        long now = nanoTime.getAsLong();
        Set<MessageQueue> held = new LinkedHashSet<>();
        lock.lock();
        try {
            Map<MessageQueue, Lease> ofGroup = leases.computeIfAbsent(consumerGroup, name -> new HashMap<>());
            for (MessageQueue queue : queues) {
                Lease lease = ofGroup.get(queue);
                if (lease == null || isExpired(lease, now) || lease.clientId.equals(clientId)) {
                    ofGroup.put(queue, new Lease(clientId, now));
                    held.add(queue);
                }
            }
        } finally {
            lock.unlock();
        }
        return held;
    }

    /** Gives up what this client holds. */
    public void unlock(String consumerGroup, String clientId, Set<MessageQueue> queues) {
        lock.lock();
        try {
            Map<MessageQueue, Lease> ofGroup = leases.getOrDefault(consumerGroup, new HashMap<>());
            for (MessageQueue queue : queues) {
                Lease lease = ofGroup.get(queue);
                if (lease != null && lease.clientId.equals(clientId)) {
                    ofGroup.remove(queue);
                }
            }
            if (ofGroup.isEmpty()) {
                leases.remove(consumerGroup);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether any client of the group holds a lock: then it handles messages in order. */
    public boolean isAnyHeld(String consumerGroup) {
        long now = nanoTime.getAsLong();
        lock.lock();
        try {
            return leases.getOrDefault(consumerGroup, Map.of()).values().stream()
                    .anyMatch(lease -> !isExpired(lease, now));
        } finally {
            lock.unlock();
        }
    }

    /** Forgets leases that are over. */
    public void removeExpired() {
        long now = nanoTime.getAsLong();
        lock.lock();
        try {
            leases.values().forEach(ofGroup -> ofGroup.values().removeIf(lease -> isExpired(lease, now)));
            leases.values().removeIf(Map::isEmpty);
        } finally {
            lock.unlock();
        }
    }

    private boolean isExpired(Lease lease, long now) {
        return now - lease.sinceNanos > leaseNanos;
    }
}
