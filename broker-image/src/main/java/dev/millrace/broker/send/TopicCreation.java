package dev.millrace.broker.send;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import java.util.Map;

/**
 * Creates the topic that a message names: a retry topic always, another one if the template it names may be inherited.
 *
 * <p>Thread-safe. Writes a file, so it runs on no event loop.
 */
final class TopicCreation {
    private final TopicTable topics;
    private final boolean isAutoCreated;
    private final Runnable onChange;

    /** @param onChange tells the NameServers */
    TopicCreation(TopicTable topics, boolean isAutoCreated, Runnable onChange) {
        this.topics = topics;
        this.isAutoCreated = isAutoCreated;
        this.onChange = onChange;
    }

    /**
     * Creates the topic.
     *
     * @throws RequestFailure if that is not allowed
     */
    void create(SendMessage send) {
        String topic = send.topic();
        if (TopicNames.isRetry(topic)) {
            ensure(TopicConfig.of(topic, 1, Permission.READ_WRITE));
            return;
        }
        TopicConfig template = topics.get(send.template().topic());
        boolean mayInherit = template != null
                && Permission.isInherited(template.perm())
                && (isAutoCreated || !template.topicName().equals(TopicNames.TEMPLATE));
        if (template == null || !mayInherit) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST,
                    "topic[" + topic + "] not exist, apply first please!"
                            + " create it, or set broker.auto-create-topics=true");
        }
        int queues = Math.clamp(send.template().queueCount(), 1, Math.max(1, template.writeQueueNums()));
        ensure(new TopicConfig(
                Map.of(),
                false,
                template.perm() & ~Permission.INHERIT,
                queues,
                template.topicFilterType(),
                topic,
                send.origin().isUnitMode() ? 1 : 0,
                queues));
    }

    /** Whether this is the name of a topic that does not exist and that a message may create. */
    boolean mayCreate(String topic) {
        return isAutoCreated
                && topics.get(topic) == null
                && TopicNames.topicFault(topic).isEmpty()
                && !TopicNames.isRetry(topic);
    }

    /** Creates a topic of the broker's own making unless it is there; gives the one that is there then. */
    TopicConfig ensure(TopicConfig config) {
        if (topics.putIfAbsent(config)) {
            onChange.run();
        }
        return topics.find(config.topicName()).orElse(config);
    }
}
