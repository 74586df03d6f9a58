package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.deduplication.Window;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which topics and queues take messages from clients.
 *
 * <p>Thread-safe. {@code // hot path}
 */
final class Targets {
    private final TopicTable topics;
    private final Deduplication windows;
    /** Bounded by the topics that exist: only names that are in the table get in. */
    private final ConcurrentHashMap<String, byte[]> topicBytes = new ConcurrentHashMap<>();

    Targets(TopicTable topics, Deduplication windows) {
        this.topics = topics;
        this.windows = windows;
    }

    /** The window in which messages of this topic are not stored again, null without one. */
    @Nullable
    Window window(TopicConfig topic) {
        return windows.window(topic);
    }

    /** The window of a topic by its name. */
    @Nullable
    Window window(String topic) {
        TopicConfig config = topics.get(topic);
        return config == null ? null : windows.window(config);
    }

    /**
     * The topic if clients may write to it, null if it does not exist.
     *
     * @throws RequestFailure if they may not
     */
    @Nullable
    TopicConfig writable(String topic) {
        if (TopicNames.isClosedToClients(topic)) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "sending message to topic[" + topic + "] is forbidden: only the broker writes there");
        }
        TopicConfig config = topics.get(topic);
        if (config == null) {
            TopicNames.topicFault(topic).ifPresent(fault -> {
                throw new RequestFailure(ResponseCode.INVALID_PARAMETER, fault);
            });
            return null;
        }
        if (!Permission.isWritable(config.perm())) {
            throw new RequestFailure(
                    ResponseCode.NO_PERMISSION,
                    "the topic[" + topic + "] sending message is forbidden: its permission is "
                            + Permission.text(config.perm()) + "; change it or send elsewhere");
        }
        return config;
    }

    /** A queue id that exists: the given one, or any if it is below 0. */
    static int queueId(TopicConfig config, int given) {
        if (given < 0) {
            return ThreadLocalRandom.current().nextInt(Math.max(1, config.writeQueueNums()));
        }
        if (given >= config.queueCount()) {
            throw new RequestFailure(
                    ResponseCode.INVALID_PARAMETER,
                    "request queueId[" + given + "] is illegal: topic " + config.topicName() + " has queues 0.."
                            + (config.queueCount() - 1) + "; refresh the route");
        }
        return given;
    }

    /** The topic's name as it stands in a record. */
    byte[] bytes(String topic) {
        byte[] known = topicBytes.get(topic);
        if (known == null) {
            known = topic.getBytes(StandardCharsets.UTF_8);
            topicBytes.put(topic, known);
        }
        return known;
    }
}
