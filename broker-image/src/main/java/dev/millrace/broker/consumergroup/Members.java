package dev.millrace.broker.consumergroup;

import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.transport.Connection;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which clients of which groups are connected. A client is gone when its connection closes, when it says so, or after
 * 120 s of silence; then the other consumers of its group are told to share the queues anew.
 *
 * <p>Thread-safe.
 */
public final class Members {
    private static final Logger LOG = LoggerFactory.getLogger(Members.class);
    private static final long SILENCE_NANOS_MAX = Duration.ofMinutes(2).toNanos();

    private final ConcurrentHashMap<String, ConsumerGroup> consumers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ConcurrentHashMap<Connection, Member>> producers =
            new ConcurrentHashMap<>();
    /** Which connection a client has that is in any producer group; answers to its requests go there. */
    private final ConcurrentHashMap<String, Member> producersById = new ConcurrentHashMap<>();

    private final LongSupplier nanoTime;

    public Members(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Now, as {@link Member#lastSeenNanos} counts. */
    public long nowNanos() {
        return nanoTime.getAsLong();
    }

    /** The connected consumers of a group, or null; for hot paths. */
    public @Nullable ConsumerGroup consumerGroup(String name) {
        return consumers.get(name);
    }

    public Optional<ConsumerGroup> findConsumerGroup(String name) {
        return Optional.ofNullable(consumers.get(name));
    }

    public Collection<ConsumerGroup> consumerGroups() {
        return List.copyOf(consumers.values());
    }

    /** Groups whose members subscribe differently. */
    public long conflictCount() {
        return consumers.values().stream()
                .filter(group -> group.conflict().isPresent())
                .count();
    }

    public Map<Connection, Member> producers(String group) {
        return Map.copyOf(producers.getOrDefault(group, new ConcurrentHashMap<>()));
    }

    /** All producer groups and their members. */
    public Map<String, List<Member>> producers() {
        Map<String, List<Member>> all = new TreeMap<>();
        producers.forEach((group, members) -> all.put(group, List.copyOf(members.values())));
        return all;
    }

    /** A producer by its client id, or null. */
    public @Nullable Member producer(String clientId) {
        return producersById.get(clientId);
    }

    /** Takes a producer's heartbeat. */
    public void producer(String group, Member member) {
        producers.computeIfAbsent(group, name -> new ConcurrentHashMap<>()).put(member.connection(), member);
        producersById.put(member.clientId(), member);
        if (!member.connection().isOpen()) {
            closed(member.connection());
        }
    }

    /** Takes a consumer's heartbeat; tells the others if the group changed. */
    public void consumer(Member member, ConsumerData data, boolean notifies) {
        ConsumerGroup group = consumers.computeIfAbsent(data.groupName(), name -> new ConsumerGroup(name, data));
        boolean isChanged = group.update(member, data);
        if (isChanged && notifies) {
            notifyMembers(group);
        }
        if (!member.connection().isOpen()) {
            closed(member.connection());
        }
    }

    public void removeProducer(String group, Connection connection) {
        ConcurrentHashMap<Connection, Member> members = producers.get(group);
        Member gone = members == null ? null : members.remove(connection);
        if (gone != null && producers.values().stream().noneMatch(others -> others.containsKey(connection))) {
            producersById.computeIfPresent(
                    gone.clientId(), (id, known) -> known.connection() == connection ? null : known);
        }
    }

    public void removeConsumer(String name, Connection connection) {
        ConsumerGroup group = consumers.get(name);
        if (group != null && group.remove(connection)) {
            changed(group);
        }
    }

    /** A connection is gone, and with it all clients on it. */
    public void closed(Connection connection) {
        producers.values().forEach(members -> members.remove(connection));
        producersById.values().removeIf(member -> member.connection() == connection);
        for (ConsumerGroup group : consumers.values()) {
            if (group.remove(connection)) {
                changed(group);
            }
        }
    }

    /** Removes who was silent too long. */
    public void removeSilent() {
        long oldest = nanoTime.getAsLong() - SILENCE_NANOS_MAX;
        for (ConsumerGroup group : consumers.values()) {
            List<Member> gone = group.removeSilent(oldest);
            for (Member member : gone) {
                LOG.atInfo()
                        .addKeyValue("consumerGroup", group.name())
                        .addKeyValue("client", member.clientId())
                        .log("consumer was silent too long");
                member.connection().close();
            }
            if (!gone.isEmpty()) {
                changed(group);
            }
        }
        producers.values().forEach(members -> members.values().removeIf(member -> member.lastSeenNanos() - oldest < 0));
        producersById.values().removeIf(member -> member.lastSeenNanos() - oldest < 0);
        producers.values().removeIf(Map::isEmpty);
    }

    private void changed(ConsumerGroup group) {
        notifyMembers(group);
        if (group.isEmpty()) {
            consumers.computeIfPresent(group.name(), (name, known) -> known.isEmpty() ? null : known);
        }
    }

    private static void notifyMembers(ConsumerGroup group) {
        if (group.isBroadcasting()) {
            return;
        }
        for (Member member : group.members()) {
            member.connection().sendOneWay(new ClientRequest.ConsumersChanged(group.name()));
        }
    }
}
