package dev.millrace.client.internal.route;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.TopicRoute;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Routes of the topics in use. While no NameServer answers, the routes known stay in use.
 *
 * <p>Thread-safe: immutable views in a concurrent map, one fetch of a topic at a time.
 */
public final class RouteCache {
    private static final Logger LOG = LoggerFactory.getLogger(RouteCache.class);
    private static final String TEMPLATE_TOPIC = "TBW102";
    private static final int TEMPLATE_QUEUE_COUNT = 4;
    private static final long REFRESH_INTERVAL_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final NameServers nameServers;
    private final ClientClock clock;
    private final Map<String, Entry> topics = new ConcurrentHashMap<>();
    private final Map<String, BrokerHealth> healths = new ConcurrentHashMap<>();

    public RouteCache(NameServers nameServers, ClientClock clock) {
        this.nameServers = nameServers;
        this.clock = clock;
    }

    /** What is known of one topic. Guarded by itself, except the view. */
    private static final class Entry {
        private volatile @Nullable TopicView view;
        private @Nullable CompletableFuture<TopicView> fetch;
        private long fetchedNanos;
    }

    /** The topic as known, or null. */
    public @Nullable TopicView known(String topic) {
        Entry entry = topics.get(topic);
        return entry == null ? null : entry.view;
    }

    /** The topic, fetched if it is not known. */
    public CompletableFuture<TopicView> view(String topic) {
        TopicView known = known(topic);
        return known == null ? fetch(topic) : CompletableFuture.completedFuture(known);
    }

    /** The topic with at least one queue that can be written, or a failed stage. */
    public CompletableFuture<WriteRoute> writable(String topic) {
        return view(topic).thenApply(view -> checkWritable(view.writable()));
    }

    /** @throws ClientException if there is no queue */
    public static WriteRoute checkWritable(WriteRoute route) {
        if (route.queues().isEmpty()) {
            throw new ClientException(
                    ErrorCode.NO_ROUTE, "topic " + route.topic() + " has no queue that can be written on any master");
        }
        return route;
    }

    /** Fetches the topic soon, after an error said that the route may be old. */
    public void refresh(String topic) {
        Entry entry = topics.get(topic);
        if (entry == null) {
            return;
        }
        synchronized (entry) {
            if (entry.fetch != null || clock.nanoTime() - entry.fetchedNanos < REFRESH_INTERVAL_MIN_NANOS) {
                return;
            }
        }
        fetch(topic);
    }

    /** Fetches every topic in use. */
    public void refreshAll() {
        topics.keySet().forEach(this::fetch);
    }

    /** Fetches the topic, whatever is known. */
    public CompletableFuture<TopicView> fetch(String topic) {
        Entry entry = topics.computeIfAbsent(topic, name -> new Entry());
        CompletableFuture<TopicView> fetch;
        synchronized (entry) {
            if (entry.fetch != null) {
                return entry.fetch;
            }
            fetch = new CompletableFuture<>();
            entry.fetch = fetch;
        }
        ask(topic).whenComplete((view, fault) -> fetched(topic, entry, fetch, view, fault));
        return fetch;
    }

    private CompletableFuture<TopicView> ask(String topic) {
        return nameServers
                .ask(new NamesrvRequest.GetRoute(topic, true), (fields, body) -> BodyJson.read(TopicRoute.class, body))
                .thenApply(route -> view(topic, route, false))
                .exceptionallyCompose(fault -> {
                    ClientException cause = Faults.of(fault);
                    return cause.code() == ErrorCode.TOPIC_NOT_EXIST
                            ? askTemplate(topic, cause)
                            : CompletableFuture.failedFuture(cause);
                });
    }

    private CompletableFuture<TopicView> askTemplate(String topic, ClientException absent) {
        return nameServers
                .ask(
                        new NamesrvRequest.GetRoute(TEMPLATE_TOPIC, true),
                        (fields, body) -> BodyJson.read(TopicRoute.class, body))
                .thenApply(route -> view(topic, Routes.fromTemplate(route, TEMPLATE_QUEUE_COUNT), true))
                .exceptionallyCompose(fault -> CompletableFuture.failedFuture(
                        new ClientException(ErrorCode.NO_ROUTE, "topic " + topic + " has no route", absent)));
    }

    private TopicView view(String topic, TopicRoute route, boolean isTemplate) {
        WriteRoute writable = new WriteRoute(
                topic, Routes.writeQueues(topic, route, broker -> healths.computeIfAbsent(broker, BrokerHealth::new)));
        return new TopicView(route, writable, isTemplate ? List.of() : Routes.readQueues(topic, route), isTemplate);
    }

    private void fetched(
            String topic,
            Entry entry,
            CompletableFuture<TopicView> fetch,
            @Nullable TopicView view,
            @Nullable Throwable fault) {
        TopicView before = entry.view;
        synchronized (entry) {
            entry.fetch = null;
            entry.fetchedNanos = clock.nanoTime();
        }
        if (view == null) {
            ClientException cause = Faults.of(fault == null ? new AssertionError("no view of " + topic) : fault);
            if (before == null) {
                topics.remove(topic, entry);
            } else {
                LOG.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("error", cause.getMessage())
                        .log("route not refreshed; the known one stays in use");
            }
            fetch.completeExceptionally(cause);
            return;
        }
        boolean isSame =
                before != null && before.route().equals(view.route()) && before.isTemplate() == view.isTemplate();
        entry.view = isSame ? before : view;
        fetch.complete(isSame ? before : view);
    }

    /** The queues of the topic that can be read, fetched if not known. */
    public CompletableFuture<List<TopicQueue>> readable(String topic) {
        return view(topic).thenApply(TopicView::readable);
    }

    /** Address of a broker group's master, else of any replica, from the routes known. */
    public Optional<String> addressOf(String brokerName) {
        Optional<BrokerData> broker = broker(brokerName);
        String master = broker.map(BrokerData::masterAddress).orElse(null);
        return master != null
                ? Optional.of(master)
                : broker.flatMap(data -> data.brokerAddrs().values().stream().findFirst());
    }

    /** Address of one copy; the master's or another's if that copy is not known. */
    public Optional<String> addressOf(String brokerName, long brokerId) {
        Optional<String> exact =
                broker(brokerName).map(data -> data.brokerAddrs().get(brokerId));
        return exact.isPresent() ? exact : addressOf(brokerName);
    }

    /** All addresses of all brokers in the routes known. */
    public Set<String> allAddresses() {
        Set<String> addresses = new HashSet<>();
        for (Entry entry : topics.values()) {
            TopicView view = entry.view;
            if (view != null) {
                view.route()
                        .brokerDatas()
                        .forEach(data -> addresses.addAll(data.brokerAddrs().values()));
            }
        }
        return addresses;
    }

    private Optional<BrokerData> broker(String brokerName) {
        return topics.values().stream()
                .map(entry -> entry.view)
                .filter(Objects::nonNull)
                .flatMap(view -> view.route().brokerDatas().stream())
                .filter(data -> data.brokerName().equals(brokerName))
                .findFirst();
    }
}
