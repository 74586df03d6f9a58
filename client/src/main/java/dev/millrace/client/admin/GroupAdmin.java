package dev.millrace.client.admin;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.pull.QueueOffsets;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.protocol.body.ConsumeStats;
import dev.millrace.protocol.body.ConsumerConnections;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.codec.HeaderRecords;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/** Consumer groups. Thread-safe. */
final class GroupAdmin {
    private static final String DEAD_LETTER_PREFIX = "%DLQ%";

    /** Few enough that their answer comes in time, also if each is forced to disk. */
    private static final int REDELIVERED_AT_ONCE = 100;

    private final Requests requests;
    private final RouteCache routes;
    private final ClusterAdmin cluster;
    private final QueueOffsets offsets;

    GroupAdmin(Requests requests, RouteCache routes, ClusterAdmin cluster) {
        this.requests = requests;
        this.routes = routes;
        this.cluster = cluster;
        this.offsets = new QueueOffsets(requests, routes);
    }

    void create(GroupSpec spec) {
        GroupConfig config = new GroupConfig(
                Map.of(),
                null,
                null,
                spec.isEnabled(),
                null,
                spec.isOrdered(),
                null,
                spec.name(),
                null,
                0,
                null,
                spec.retriesMax(),
                null,
                null);
        tellMasters(new GroupRequest.UpdateGroup(config));
    }

    void delete(String group, TopicAdmin topics) {
        tellMasters(new GroupRequest.DeleteGroup(group, true));
        topics.delete(Membership.retryTopic(group));
        topics.delete(deadLetterTopic(group));
    }

    static String deadLetterTopic(String group) {
        return DEAD_LETTER_PREFIX + group;
    }

    Redelivery redeliver(
            Optional<TopicDescription> deadLetters,
            String group,
            Optional<String> topic,
            long countMax,
            Consumer<Redelivery> onProgress) {
        Redelivery sum = new Redelivery(0, 0, 0);
        if (deadLetters.isEmpty()) {
            return sum;
        }
        for (TopicDescription.OnBroker broker : deadLetters.get().brokers()) {
            if (broker.address().isEmpty()) {
                throw new ClientException(
                        ErrorCode.NO_ROUTE,
                        "broker " + broker.broker() + " holds dead letters of " + group
                                + " and has no master now; ask again when it has one");
            }
            for (TopicDescription.QueueInfo queue : broker.queues()) {
                sum = redeliver(
                        sum, broker.address(), new OfQueue(group, topic, queue.queueId(), countMax), onProgress);
            }
        }
        return sum;
    }

    /** Which dead letters to deliver again. */
    private record OfQueue(String group, Optional<String> topic, int queueId, long countMax) {}

    private Redelivery redeliver(Redelivery before, String address, OfQueue what, Consumer<Redelivery> onProgress) {
        Redelivery sum = before;
        long next = -1;
        long end = Long.MAX_VALUE;
        while (next < end && sum.moved() < what.countMax) {
            int count = (int) Math.min(REDELIVERED_AT_ONCE, what.countMax - sum.moved());
            ReplyHeader.RedeliverReply reply = Faults.await(requests.ask(
                    address,
                    new OwnRequest.Redeliver(what.group, what.topic.orElse(null), what.queueId, next, count),
                    (fields, body) -> HeaderRecords.decode(ReplyHeader.RedeliverReply.class, fields, body)));
            // Letters that die again meanwhile are for the next time.
            end = Math.min(end, reply.endOffset());
            next = reply.nextOffset();
            sum = new Redelivery(
                    sum.moved() + reply.moved(),
                    sum.skipped() + reply.skipped(),
                    before.left() + Math.max(0, end - next));
            onProgress.accept(sum);
        }
        return sum;
    }

    private void tellMasters(Request request) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (BrokerInfo broker : cluster.masters(Set.of(), "")) {
            answers.add(requests.tell(broker.masterAddress().orElseThrow(), request));
        }
        answers.forEach(Faults::await);
    }

    Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (GroupConfigTable table : askMasters(address -> requests.askJson(
                address, new GroupRequest.GetAllGroupConfig(null, null, null), GroupConfigTable.class))) {
            names.addAll(table.subscriptionGroupTable().keySet());
        }
        return names;
    }

    /** Answers of all masters; those that know nothing of it are left out. */
    private <T> List<T> askMasters(Function<String, CompletableFuture<T>> ask) {
        List<CompletableFuture<T>> answers = new ArrayList<>();
        for (BrokerInfo broker : cluster.masters(Set.of(), "")) {
            answers.add(ask.apply(broker.masterAddress().orElseThrow()));
        }
        List<T> found = new ArrayList<>();
        for (CompletableFuture<T> answer : answers) {
            try {
                found.add(Faults.await(answer));
            } catch (ClientException e) {
                if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.GROUP_NOT_EXIST) {
                    throw e;
                }
            }
        }
        return found;
    }

    GroupProgress progress(String group) {
        List<GroupProgress.OfQueue> queues = new ArrayList<>();
        for (ConsumeStats stats : askMasters(address ->
                requests.askJson(address, new GroupRequest.GetConsumeStats(group, null, null), ConsumeStats.class))) {
            stats.offsetTable()
                    .forEach((queue, progress) -> queues.add(new GroupProgress.OfQueue(
                            new TopicQueue(queue.topic(), queue.brokerName(), queue.queueId()),
                            progress.consumerOffset(),
                            progress.brokerOffset(),
                            Math.max(0, progress.lastTimestamp()))));
        }
        queues.sort(Comparator.comparing(GroupProgress.OfQueue::queue));
        return new GroupProgress(group, queues);
    }

    List<GroupClient> clients(String group) {
        Set<String> seen = new TreeSet<>();
        List<GroupClient> clients = new ArrayList<>();
        for (ConsumerConnections connections : askMasters(address ->
                requests.askJson(address, new GroupRequest.GetConsumerConnections(group), ConsumerConnections.class))) {
            connections.connectionSet().forEach(each -> {
                if (seen.add(each.clientId())) {
                    clients.add(new GroupClient(
                            each.clientId(), each.clientAddr(), each.language() == null ? "" : each.language()));
                }
            });
        }
        return clients;
    }

    void setOffset(String group, TopicQueue queue, long offset) {
        Faults.await(offsets.commit(group, queue, offset));
    }

    void rewind(String group, String topic, Instant time) {
        List<CompletableFuture<Boolean>> commits = new ArrayList<>();
        for (TopicQueue queue : Faults.await(routes.readable(topic))) {
            commits.add(offsets.move(group, queue, time.toEpochMilli()));
        }
        commits.forEach(Faults::await);
    }
}
