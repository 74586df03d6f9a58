package dev.millrace.broker.pop;

import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicRoute;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The readable queues of a topic on all brokers, as a NameServer tells them; remembered for some seconds. Without a
 * NameServer, the queues of this broker.
 *
 * <p>Thread-safe. Waits for a NameServer, so it belongs on no event loop. Bounded by the topics that are asked about
 * within some seconds.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final long VALID_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int REMEMBERED_COUNT_MAX = 4096;

    private final List<String> namesrv;
    private final RemotingClient client;
    private final TopicTable topics;
    private final String brokerName;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    /** @param namesrv addresses, {@code host:port} */
    Routes(List<String> namesrv, RemotingClient client, TopicTable topics, String brokerName, LongSupplier nanoTime) {
        this.namesrv = List.copyOf(namesrv);
        this.client = client;
        this.topics = topics;
        this.brokerName = brokerName;
        this.nanoTime = nanoTime;
    }

    private record Known(List<MessageQueue> queues, long untilNanos) {}

    /** The queues, sorted; empty if nobody knows the topic. */
    Optional<List<MessageQueue>> queues(String topic) {
        long now = nanoTime.getAsLong();
        Known fresh = known.get(topic);
        if (fresh != null && fresh.untilNanos - now > 0) {
            return Optional.of(fresh.queues);
        }
        Optional<List<MessageQueue>> told = ask(topic);
        told.ifPresent(queues -> remember(topic, new Known(queues, now + VALID_NANOS), now));
        return told.or(() -> own(topic));
    }

    private void remember(String topic, Known fresh, long now) {
        if (known.size() >= REMEMBERED_COUNT_MAX) {
            known.values().removeIf(each -> each.untilNanos - now <= 0);
        }
        if (known.size() < REMEMBERED_COUNT_MAX) {
            known.put(topic, fresh);
        }
    }

    private Optional<List<MessageQueue>> ask(String topic) {
        for (String address : namesrv) {
            try {
                Optional<TopicRoute> route = client.call(
                                address,
                                new NamesrvRequest.GetRoute(topic, true),
                                TIMEOUT,
                                (fields, body) -> fields.code() == ResponseCode.SUCCESS.number()
                                        ? Optional.of(BodyJson.read(TopicRoute.class, body))
                                        : Optional.<TopicRoute>empty())
                        .join();
                if (route.isPresent()) {
                    return Optional.of(queues(topic, route.get()));
                }
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof TransportException)) {
                    throw e;
                }
                LOG.atDebug()
                        .addKeyValue("client", address)
                        .addKeyValue("topic", topic)
                        .addKeyValue("error", e.getCause().getMessage())
                        .log("NameServer does not tell a route, asking the next");
            }
        }
        return Optional.empty();
    }

    private static List<MessageQueue> queues(String topic, TopicRoute route) {
        List<MessageQueue> queues = new ArrayList<>();
        for (QueueData data : route.queueDatas()) {
            for (int id = 0; Permission.isReadable(data.perm()) && id < data.readQueueNums(); id++) {
                queues.add(new MessageQueue(data.brokerName(), id, topic));
            }
        }
        return queues.stream().sorted().toList();
    }

    private Optional<List<MessageQueue>> own(String topic) {
        TopicConfig config = topics.get(topic);
        if (config == null) {
            return Optional.empty();
        }
        List<MessageQueue> queues = new ArrayList<>();
        for (int id = 0; Permission.isReadable(config.perm()) && id < config.readQueueNums(); id++) {
            queues.add(new MessageQueue(brokerName, id, topic));
        }
        return Optional.of(queues);
    }
}
