package dev.millrace.client.admin;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.body.TopicStats;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicRoute;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Topics. Thread-safe. */
final class TopicAdmin {
    private static final String TEMPLATE_TOPIC = "TBW102";

    private final Requests requests;
    private final NameServers nameServers;
    private final RouteCache routes;
    private final ClusterAdmin cluster;

    TopicAdmin(Requests requests, NameServers nameServers, RouteCache routes, ClusterAdmin cluster) {
        this.requests = requests;
        this.nameServers = nameServers;
        this.routes = routes;
        this.cluster = cluster;
    }

    void create(TopicSpec spec) {
        if (spec.queueCount() < 1) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "topic " + spec.name() + " needs at least 1 queue, not " + spec.queueCount());
        }
        TopicRequest.UpdateTopic request = new TopicRequest.UpdateTopic(
                spec.name(),
                TEMPLATE_TOPIC,
                spec.queueCount(),
                spec.queueCount(),
                spec.access().permission(),
                "SINGLE_TAG",
                0,
                spec.isOrdered(),
                attributes(spec.attributes()));
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (BrokerInfo broker : cluster.masters(spec.brokers(), spec.cluster())) {
            answers.add(requests.tell(broker.masterAddress().orElseThrow(), request));
        }
        answers.forEach(Faults::await);
        routes.refresh(spec.name());
    }

    private static @Nullable String attributes(Map<String, String> attributes) {
        if (attributes.isEmpty()) {
            return null;
        }
        List<String> parts = new ArrayList<>();
        attributes.forEach((name, value) -> parts.add("+" + name + "=" + value));
        return String.join(",", parts);
    }

    Set<String> names() {
        TopicList list = Faults.await(nameServers.ask(
                new NamesrvRequest.GetAllTopics(), (fields, body) -> BodyJson.read(TopicList.class, body)));
        return new TreeSet<>(list.topicList());
    }

    Optional<TopicDescription> describe(String topic) {
        return route(topic).map(route -> describe(topic, route));
    }

    private Optional<TopicRoute> route(String topic) {
        try {
            return Optional.of(Faults.await(nameServers.ask(
                    new NamesrvRequest.GetRoute(topic, true),
                    (fields, body) -> BodyJson.read(TopicRoute.class, body))));
        } catch (ClientException e) {
            if (e.code() == ErrorCode.TOPIC_NOT_EXIST) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private TopicDescription describe(String topic, TopicRoute route) {
        List<TopicDescription.OnBroker> brokers = new ArrayList<>();
        for (QueueData data : route.queueDatas()) {
            for (BrokerData broker : route.brokerDatas()) {
                if (broker.brokerName().equals(data.brokerName())) {
                    brokers.add(onBroker(topic, data, broker));
                }
            }
        }
        brokers.sort(Comparator.comparing(TopicDescription.OnBroker::broker));
        return new TopicDescription(topic, brokers);
    }

    private TopicDescription.OnBroker onBroker(String topic, QueueData data, BrokerData broker) {
        String master = broker.masterAddress();
        List<TopicDescription.QueueInfo> queues = master == null ? List.of() : queues(topic, master);
        return new TopicDescription.OnBroker(
                broker.brokerName(),
                broker.cluster(),
                master == null ? "" : master,
                data.readQueueNums(),
                data.writeQueueNums(),
                TopicSpec.Access.of(data.perm()),
                queues);
    }

    private List<TopicDescription.QueueInfo> queues(String topic, String address) {
        TopicStats stats =
                Faults.await(requests.askJson(address, new TopicRequest.GetTopicStats(topic), TopicStats.class));
        List<TopicDescription.QueueInfo> queues = new ArrayList<>();
        stats.offsetTable()
                .forEach((queue, offsets) -> queues.add(new TopicDescription.QueueInfo(
                        queue.queueId(),
                        Math.max(0, offsets.minOffset()),
                        offsets.maxOffset(),
                        Math.max(0, offsets.lastUpdateTimestamp()))));
        queues.sort(Comparator.comparingInt(TopicDescription.QueueInfo::queueId));
        return queues;
    }

    void delete(String topic) {
        List<CompletableFuture<Boolean>> answers = new ArrayList<>();
        for (BrokerInfo broker : cluster.brokers()) {
            broker.masterAddress()
                    .ifPresent(address -> answers.add(requests.tell(address, new TopicRequest.DeleteTopic(topic))));
        }
        answers.forEach(Faults::await);
        answers.clear();
        for (String address : nameServers.addresses()) {
            answers.add(requests.tell(address, new NamesrvRequest.DeleteTopicRoute(topic, null)));
        }
        answers.forEach(Faults::await);
    }
}
