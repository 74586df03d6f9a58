package dev.millrace.client.internal.group;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Filter;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.route.TopicView;
import dev.millrace.protocol.body.ClientConfigCheck;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.ConsumerList;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.LockedQueues;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.body.QueueLocks;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.route.MessageQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that this client is a member of.
 *
 * <p>Thread-safe: concurrent maps; calls that ask brokers wait for the answers, so they belong on the upkeep thread.
 */
public final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final String RETRY_PREFIX = "%RETRY%";
    private static final String DEAD_LETTER_PREFIX = "%DLQ%";

    private final String clientId;
    private final Requests requests;
    private final RouteCache routes;
    private final Map<String, Member> members = new ConcurrentHashMap<>();
    /** Producers of each group. */
    private final Map<String, Integer> producerGroups = new ConcurrentHashMap<>();

    private final HeartbeatRemarks remarks = new HeartbeatRemarks();
    private volatile Told told = new Told(Set.of(), Set.of());

    /** What the last heartbeat said to whom. */
    private record Told(Set<String> addresses, Set<String> producerGroups) {}

    public Membership(String clientId, Requests requests, RouteCache routes) {
        this.clientId = clientId;
        this.requests = requests;
        this.routes = routes;
    }

    public static String retryTopic(String group) {
        return RETRY_PREFIX + group;
    }

    public String clientId() {
        return clientId;
    }

    public void addProducer(String group) {
        producerGroups.merge(group, 1, Integer::sum);
    }

    /** One producer of a group has closed; with the last one the brokers are told, and waited for. Upkeep thread. */
    public void removeProducer(String group) {
        boolean isLast = producerGroups.computeIfPresent(group, (key, count) -> count > 1 ? count - 1 : null) == null;
        if (isLast && !told.addresses().isEmpty()) {
            farewell(group, null);
        }
    }

    /** Whether there is a broker that does not know of this client's groups yet. */
    public boolean isHeartbeatDue() {
        Told last = told;
        boolean isKnown = last.addresses().containsAll(routes.allAddresses())
                && last.producerGroups().containsAll(producerGroups.keySet());
        return !isKnown && (!members.isEmpty() || !producerGroups.isEmpty());
    }

    /** Whether all brokers of the routes in use were told of this producer group. */
    public boolean isToldOf(String producerGroup) {
        Told last = told;
        return last.producerGroups().contains(producerGroup) && last.addresses().containsAll(routes.allAddresses());
    }

    /** Whether this client has consumers in groups. */
    public boolean isInGroups() {
        return !members.isEmpty();
    }

    /**
     * Joins a group, or says what changed, and waits until the brokers know.
     *
     * @throws ClientException if this client is in the group already
     */
    public void join(Member member) {
        if (members.putIfAbsent(member.group(), member) != null) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this client has a consumer of group " + member.group()
                            + " already; a second one needs a client of its own");
        }
        try {
            update(member);
        } catch (ClientException e) {
            leave(member.group());
            throw e;
        }
    }

    /**
     * Says what a member wants now.
     *
     * @throws ClientException if a broker can't serve a filter of it
     */
    public void update(Member member) {
        for (String topic : member.subscriptions().keySet()) {
            find(member.group(), topic);
        }
        member.subscriptions().forEach((topic, filter) -> check(member, topic, filter));
        members.put(member.group(), member);
        heartbeat();
    }

    /** Asks a broker of the topic whether it can serve the filter. Who can't be asked now refuses the pull later. */
    private void check(Member member, String topic, Filter filter) {
        TopicView view = routes.known(topic);
        if (filter.type() == Filter.Type.TAG || view == null || view.readable().isEmpty()) {
            return;
        }
        String broker = view.readable().get(0).broker();
        String address = routes.addressOf(broker).orElse(null);
        if (address == null) {
            return;
        }
        try {
            Faults.await(requests.tell(
                    address,
                    new MemberRequest.CheckClientConfig(new ClientConfigCheck(
                            clientId, member.group(), null, member.subscription(topic, filter)))));
        } catch (ClientException e) {
            boolean isUnanswered = e.code() == ErrorCode.NOT_CONNECTED
                    || e.code() == ErrorCode.TIMEOUT
                    || e.code() == ErrorCode.BUSY
                    || e.code() == ErrorCode.NOT_SUPPORTED;
            if (!isUnanswered) {
                throw new ClientException(
                        e.code(),
                        "filter '" + filter.expression() + "' of topic " + topic + " is not possible: "
                                + e.getMessage(),
                        e);
            }
        }
    }

    /** Fetches a route; a topic without one may come later, but people may also have misspelt it. */
    private void find(String group, String topic) {
        try {
            Faults.await(routes.view(topic));
        } catch (ClientException e) {
            if (e.code() != ErrorCode.NO_ROUTE) {
                throw e;
            }
            if (!topic.startsWith(RETRY_PREFIX) && !topic.startsWith(DEAD_LETTER_PREFIX)) {
                LOG.atWarn()
                        .addKeyValue("consumerGroup", group)
                        .addKeyValue("topic", topic)
                        .log("there is no such topic; it is read once it is made, check its name");
            }
        }
    }

    public void leave(String group) {
        if (members.remove(group) == null) {
            return;
        }
        farewell(null, group);
    }

    private void farewell(@Nullable String producerGroup, @Nullable String consumerGroup) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (String address : told.addresses()) {
            answers.add(
                    requests.tell(address, new MemberRequest.UnregisterClient(clientId, producerGroup, consumerGroup)));
        }
        answers.forEach(Membership::awaitAnyEnd);
    }

    private static void awaitAnyEnd(CompletableFuture<Boolean> answer) {
        try {
            Faults.await(answer);
        } catch (ClientException e) {
            LOG.atDebug().addKeyValue("error", e.getMessage()).log("a broker did not take a heartbeat or a farewell");
        }
    }

    /** Tells every broker of the routes in use that this client lives. */
    public void heartbeat() {
        if (members.isEmpty() && producerGroups.isEmpty()) {
            return;
        }
        Set<ConsumerData> consumers = new HashSet<>();
        members.values().forEach(member -> consumers.add(member.data()));
        Set<ProducerData> producers = new HashSet<>();
        Set<String> groups = Set.copyOf(producerGroups.keySet());
        groups.forEach(group -> producers.add(new ProducerData(group)));
        HeartbeatData data = new HeartbeatData(clientId, consumers, 0, producers, false);
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        Set<String> addresses = Set.copyOf(routes.allAddresses());
        remarks.retain(addresses);
        for (String address : addresses) {
            answers.add(requests.ask(address, new MemberRequest.Heartbeat(data), (fields, body) -> {
                remarked(address, fields.remark());
                return true;
            }));
        }
        answers.forEach(Membership::awaitAnyEnd);
        told = new Told(addresses, groups);
    }

    /** A broker says what is wrong with a group, such as members that subscribe differently. */
    private void remarked(String address, @Nullable String remark) {
        if (remarks.isNew(address, remark)) {
            LOG.atWarn()
                    .addKeyValue("broker", address)
                    .addKeyValue("error", remark)
                    .log("a broker remarks on this client's consumer groups");
        }
    }

    /**
     * The queues of a topic that this client shall read.
     *
     * @throws ClientException if that can't be found out now; what was read before stays
     */
    public List<TopicQueue> share(Member member, String topic) {
        TopicView view = Faults.await(routes.view(topic));
        if (view.isTemplate()) {
            view = Faults.await(routes.fetch(topic));
        }
        if (view.isTemplate() || member.isBroadcasting()) {
            return view.readable();
        }
        if (view.readable().isEmpty()) {
            return List.of();
        }
        String broker = view.readable().get(0).broker();
        String address = routes.addressOf(broker)
                .orElseThrow(() -> new ClientException(ErrorCode.NO_ROUTE, "broker " + broker + " is not known"));
        ConsumerList list = Faults.await(
                requests.askJson(address, new MemberRequest.GetConsumerList(member.group()), ConsumerList.class));
        return Allocation.averagely(view.readable(), List.copyOf(new TreeSet<>(list.consumerIdList())), clientId);
    }

    /** Locks queues for this client, and gives those that it holds now. */
    public Set<TopicQueue> lock(String group, Collection<TopicQueue> queues) {
        Set<TopicQueue> held = new HashSet<>();
        byBroker(queues)
                .forEach((broker, locks) -> routes.addressOf(broker).ifPresent(address -> {
                    try {
                        LockedQueues answer = Faults.await(requests.askJson(
                                address,
                                new MemberRequest.LockQueues(new QueueLocks(clientId, group, locks, false)),
                                LockedQueues.class));
                        answer.lockOKMQSet()
                                .forEach(queue ->
                                        held.add(new TopicQueue(queue.topic(), queue.brokerName(), queue.queueId())));
                    } catch (ClientException e) {
                        LOG.atWarn()
                                .addKeyValue("consumerGroup", group)
                                .addKeyValue("broker", broker)
                                .addKeyValue("error", e.getMessage())
                                .log("queues not locked; trying again");
                    }
                }));
        return held;
    }

    /** Gives queue locks up. */
    public void unlock(String group, Collection<TopicQueue> queues) {
        byBroker(queues)
                .forEach((broker, locks) -> routes.addressOf(broker)
                        .ifPresent(address -> requests.sendOneWay(
                                address,
                                new MemberRequest.UnlockQueues(new QueueLocks(clientId, group, locks, false)))));
    }

    private static Map<String, Set<MessageQueue>> byBroker(Collection<TopicQueue> queues) {
        Map<String, Set<MessageQueue>> byBroker = new HashMap<>();
        for (TopicQueue queue : queues) {
            byBroker.computeIfAbsent(queue.broker(), broker -> new HashSet<>())
                    .add(new MessageQueue(queue.broker(), queue.queueId(), queue.topic()));
        }
        return byBroker;
    }
}
