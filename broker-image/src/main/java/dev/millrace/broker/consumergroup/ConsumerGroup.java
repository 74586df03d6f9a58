package dev.millrace.broker.consumergroup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.transport.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumers of one group that are connected, and what they want.
 *
 * <p>Thread-safe: one lock over the members; subscriptions are read without it.
 */
public final class ConsumerGroup {
    private static final Logger LOG = LoggerFactory.getLogger(ConsumerGroup.class);

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<String, Subscription> subscriptions = new ConcurrentHashMap<>();

    @GuardedBy("lock")
    private final Map<Connection, Member> members = new HashMap<>();

    private volatile ConsumerData lastData;

    ConsumerGroup(String name, ConsumerData data) {
        this.name = name;
        this.lastData = data;
    }

    public String name() {
        return name;
    }

    /** What a member said last of how the group consumes. */
    public ConsumerData lastData() {
        return lastData;
    }

    public boolean isBroadcasting() {
        String model = lastData.messageModel();
        return model != null && model.toUpperCase(Locale.ROOT).equals("BROADCASTING");
    }

    /** The subscription of a topic, or null; for hot paths. */
    public @Nullable Subscription subscription(String topic) {
        return subscriptions.get(topic);
    }

    public Map<String, Subscription> subscriptions() {
        return Map.copyOf(subscriptions);
    }

    public List<Member> members() {
        lock.lock();
        try {
            return new ArrayList<>(members.values());
        } finally {
            lock.unlock();
        }
    }

    /** Takes a heartbeat; true if members or subscriptions changed. */
    boolean update(Member member, ConsumerData data) {
        lock.lock();
        try {
            lastData = data;
            Member before = members.put(member.connection(), member);
            boolean isNew = before == null || !before.clientId().equals(member.clientId());
            boolean isSubscribedAnew = updateSubscriptions(data.subscriptionDataSet());
            return isSubscribedAnew || isNew;
        } finally {
            lock.unlock();
        }
    }

    private boolean updateSubscriptions(Set<SubscriptionData> wanted) {
        boolean isChanged = false;
        Set<String> topics = new HashSet<>();
        for (SubscriptionData data : wanted) {
            topics.add(data.topic());
            Subscription known = subscriptions.get(data.topic());
            if (known == null || data.subVersion() > known.data().subVersion()) {
                Subscription fresh = Subscription.of(data);
                subscriptions.put(data.topic(), fresh);
                isChanged |= known == null || !known.wantsTheSameAs(data);
                logRefused(fresh);
            }
        }
        boolean isAnyRemoved = subscriptions.keySet().removeIf(topic -> !topics.contains(topic));
        return isAnyRemoved || isChanged;
    }

    private void logRefused(Subscription subscription) {
        if (subscription.filter() instanceof FilterOutcome.Refused refused) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", name)
                    .addKeyValue("topic", subscription.data().topic())
                    .addKeyValue("error", refused.reason())
                    .log("filter of a subscription refused, its pulls will be too");
        }
    }

    /** Removes a client; true if it was a member. */
    boolean remove(Connection connection) {
        lock.lock();
        try {
            return members.remove(connection) != null;
        } finally {
            lock.unlock();
        }
    }

    /** Removes clients that were silent since before {@code oldestNanos}; gives them. */
    List<Member> removeSilent(long oldestNanos) {
        List<Member> gone = new ArrayList<>();
        lock.lock();
        try {
            members.values().removeIf(member -> member.lastSeenNanos() - oldestNanos < 0 && gone.add(member));
        } finally {
            lock.unlock();
        }
        return gone;
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return members.isEmpty();
        } finally {
            lock.unlock();
        }
    }
}
