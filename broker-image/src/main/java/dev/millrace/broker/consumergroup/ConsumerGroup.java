package dev.millrace.broker.consumergroup;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.transport.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

    /** What each member said that it subscribes: topic to expression, the retry topic left out. */
    @GuardedBy("lock")
    private final Map<Connection, Map<String, String>> wants = new HashMap<>();

    /** How members differ in what they subscribe, or null; written under the lock. */
    private volatile @Nullable String conflict;

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
            Map<String, String> wanted = wanted(data.subscriptionDataSet());
            if (!wanted.equals(wants.put(member.connection(), wanted))) {
                compareMembers();
            }
            boolean isSubscribedAnew = updateSubscriptions(data.subscriptionDataSet());
            return isSubscribedAnew || isNew;
        } finally {
            lock.unlock();
        }
    }

    private static Map<String, String> wanted(Set<SubscriptionData> subscriptions) {
        Map<String, String> wanted = new TreeMap<>();
        for (SubscriptionData data : subscriptions) {
            if (!TopicNames.isRetry(data.topic())) {
                String type = data.expressionType();
                boolean isTags = type == null || type.equals("TAG");
                wanted.put(data.topic(), (isTags ? "" : type + " ") + data.subString());
            }
        }
        return wanted;
    }

    /** Looks for two members that subscribe differently: the group gets what the last heartbeat said, so one loses. */
    @GuardedBy("lock")
    private void compareMembers() {
        String found = null;
        Map.Entry<Connection, Map<String, String>> first = null;
        for (Map.Entry<Connection, Map<String, String>> each : wants.entrySet()) {
            if (first == null) {
                first = each;
            } else if (!first.getValue().equals(each.getValue())) {
                found = describe(first) + ", " + describe(each);
                break;
            }
        }
        if (found != null && conflict == null) {
            LOG.atWarn()
                    .addKeyValue("consumerGroup", name)
                    .addKeyValue("error", found)
                    .log("consumers of one group subscribe differently, and the last heartbeat counts for all of them:"
                            + " some get messages that they do not want, or none; subscribe alike, or use two groups");
        } else if (found == null && conflict != null) {
            LOG.atInfo().addKeyValue("consumerGroup", name).log("consumers of one group subscribe alike again");
        }
        conflict = found;
    }

    @GuardedBy("lock")
    private String describe(Map.Entry<Connection, Map<String, String>> wanted) {
        Member member = members.get(wanted.getKey());
        return (member == null ? wanted.getKey().remoteAddress() : member.clientId()) + " " + wanted.getValue();
    }

    /** How members differ in what they subscribe, with their client ids; empty if they do not. */
    public Optional<String> conflict() {
        return Optional.ofNullable(conflict);
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
            if (wants.remove(connection) != null) {
                compareMembers();
            }
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
            if (!gone.isEmpty()) {
                wants.keySet().retainAll(members.keySet());
                compareMembers();
            }
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
