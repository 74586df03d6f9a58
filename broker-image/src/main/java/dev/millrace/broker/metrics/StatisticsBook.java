package dev.millrace.broker.metrics;

import dev.millrace.broker.dispatch.Caller;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.Statistics;
import dev.millrace.protocol.command.SettingsRequest.ViewStatistics;
import dev.millrace.protocol.transport.Reply;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How often what happened in the last minute, hour and day, under the names that RocketMQ's tools ask for:
 * {@code TOPIC_PUT_NUMS} by topic, {@code GROUP_GET_NUMS}, {@code GROUP_GET_SIZE} and {@code SNDBCK_PUT_NUMS} by topic
 * and consumer group joined by {@code @}, {@code BROKER_PUT_NUMS} and {@code BROKER_GET_NUMS} by cluster. Counts of topics
 * are read off their queues, so sends pay nothing for them.
 *
 * <p>Thread-safe; {@link #sample} is called by one thread, every 10 s. Bounded by topics and groups.
 */
public final class StatisticsBook {
    private static final String TOPIC_PUT = "TOPIC_PUT_NUMS";
    private static final String GROUP_GET = "GROUP_GET_NUMS";
    private static final String GROUP_GET_SIZE = "GROUP_GET_SIZE";
    private static final String SENT_BACK = "SNDBCK_PUT_NUMS";
    private static final String BROKER_PUT = "BROKER_PUT_NUMS";
    private static final String BROKER_GET = "BROKER_GET_NUMS";
    private static final Set<String> NAMES =
            Set.of(TOPIC_PUT, GROUP_GET, GROUP_GET_SIZE, SENT_BACK, BROKER_PUT, BROKER_GET);

    private final ConcurrentHashMap<Name, Series> series = new ConcurrentHashMap<>();
    private final Supplier<Set<String>> topics;
    private final ToLongFunction<String> storedCount;
    private final Deliveries deliveries;
    private final LongSupplier nanoTime;
    private long lastNanos;
    private boolean isFirst = true;

    private record Name(String what, String key) {}

    /** @param storedCount messages that a topic ever got */
    public StatisticsBook(
            Supplier<Set<String>> topics,
            ToLongFunction<String> storedCount,
            Deliveries deliveries,
            LongSupplier nanoTime) {
        this.topics = topics;
        this.storedCount = storedCount;
        this.deliveries = deliveries;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Begins to count for a whole cluster name; once, before the first sample. */
    public void countBroker(String cluster, BrokerCounters counters) {
        series.put(new Name(BROKER_PUT, cluster), new Series(counters::messagesIn, lastNanos, 0));
        series.put(new Name(BROKER_GET, cluster), new Series(counters::messagesOut, lastNanos, 0));
    }

    /** Takes a sample of everything. */
    public void sample() {
        long now = nanoTime.getAsLong();
        Set<Name> current = new HashSet<>();
        for (String topic : topics.get()) {
            follow(new Name(TOPIC_PUT, topic), () -> storedCount.applyAsLong(topic), isFirst, current);
        }
        for (Map.Entry<Deliveries.Key, Deliveries.OfTopic> entry :
                deliveries.snapshot().entrySet()) {
            String key = entry.getKey().topic() + "@" + entry.getKey().consumerGroup();
            Deliveries.OfTopic figures = entry.getValue();
            Series messages = follow(new Name(GROUP_GET, key), figures.messages::sum, false, current);
            follow(new Name(GROUP_GET_SIZE, key), figures.bytes::sum, false, current);
            follow(new Name(SENT_BACK, key), figures.sentBack::sum, false, current);
            figures.messagesPerSecond = messages.statistics(now).statsMinute().tps();
        }
        series.keySet().removeIf(name -> !name.what.startsWith("BROKER_") && !current.contains(name));
        series.values().forEach(each -> each.sample(now));
        lastNanos = now;
        isFirst = false;
    }

    /** @param isOld whether what was counted before now does not count */
    private Series follow(Name name, LongSupplier count, boolean isOld, Set<Name> current) {
        current.add(name);
        return series.computeIfAbsent(name, fresh -> new Series(count, lastNanos, isOld ? count.getAsLong() : 0));
    }

    public Reply view(ViewStatistics request, Caller caller) {
        if (!NAMES.contains(request.statsName())) {
            return Reply.failure(
                    ResponseCode.SYSTEM_ERROR,
                    "The stats <" + request.statsName() + "> not exist; this broker counts " + NAMES);
        }
        Statistics found = find(new Name(request.statsName(), request.statsKey()));
        return found == null
                ? Reply.failure(
                        ResponseCode.SYSTEM_ERROR,
                        "The stats <" + request.statsName() + "> <" + request.statsKey()
                                + "> not exist: nothing was counted under that key")
                : Reply.json(found);
    }

    /** How fast a topic gets messages, as of the last minute. */
    public double putsPerSecond(String topic) {
        Statistics found = find(new Name(TOPIC_PUT, topic));
        return found == null ? 0 : found.statsMinute().tps();
    }

    private @Nullable Statistics find(Name name) {
        Series known = series.get(name);
        return known == null ? null : known.statistics(nanoTime.getAsLong());
    }
}
