package dev.millrace.client.internal.namespace;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TopicQueue;
import dev.millrace.protocol.message.PropertyNames;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names as applications write them and as they travel: {@code orders} in namespace {@code shop} is {@code shop%orders}, its
 * retry topics are {@code %RETRY%shop%group}. The platform's own names stay as they are. RocketMQ's clients do the same.
 * Thread-safe: immutable.
 */
final class Names {
    private static final char END = '%';
    private static final List<String> DERIVED = List.of("%RETRY%", "%DLQ%");
    private static final Set<String> SYSTEM = Set.of(
            "TBW102",
            "SCHEDULE_TOPIC_XXXX",
            "BenchmarkTest",
            "TRANS_CHECK_MAX_TIME_TOPIC",
            "SELF_TEST_TOPIC",
            "OFFSET_MOVED_EVENT",
            "CHECKPOINT_TOPIC");
    private static final List<String> SYSTEM_STARTS = List.of("rmq_sys_", "RMQ_SYS_", "CID_RMQ_SYS_");
    private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

    private final String namespace;
    private final String prefix;

    /** @throws ClientException if the namespace has other characters than names have */
    Names(String namespace) {
        if (!LEGAL.matcher(namespace).matches()) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "namespace '" + namespace + "' is not 1..64 characters of a-z A-Z 0-9 _ -");
        }
        this.namespace = namespace;
        this.prefix = namespace + END;
    }

    /** As it travels. */
    String wire(String name) {
        String start = derivedStart(name);
        String own = name.substring(start.length());
        return isSystem(own) || own.startsWith(prefix) ? name : start + prefix + own;
    }

    private static boolean isSystem(String name) {
        return SYSTEM.contains(name) || SYSTEM_STARTS.stream().anyMatch(name::startsWith);
    }

    private static String derivedStart(String name) {
        return DERIVED.stream().filter(name::startsWith).findFirst().orElse("");
    }

    /** As the application wrote it. */
    String shown(String name) {
        String start = derivedStart(name);
        String own = name.substring(start.length());
        return own.startsWith(prefix) ? start + own.substring(prefix.length()) : name;
    }

    TopicQueue wire(TopicQueue queue) {
        return new TopicQueue(wire(queue.topic()), queue.broker(), queue.queueId());
    }

    TopicQueue shown(TopicQueue queue) {
        return new TopicQueue(shown(queue.topic()), queue.broker(), queue.queueId());
    }

    List<TopicQueue> shownQueues(List<TopicQueue> queues) {
        return queues.stream().map(this::shown).toList();
    }

    Message wire(Message message) {
        if (message.isReply()) {
            return message; // its topic is the cluster's
        }
        return message.withTopic(wire(message.topic())).withProperty(PropertyNames.NAMESPACE, namespace);
    }

    QueueChoice wire(QueueChoice choice) {
        TopicQueue queue = choice.queue();
        return queue == null ? choice : QueueChoice.of(wire(queue));
    }

    SendResult shown(SendResult result) {
        return result.withQueue(shown(result.queue()));
    }

    ReceivedMessage shown(ReceivedMessage message) {
        return new NamespacedMessage(message, this);
    }

    List<ReceivedMessage> shownMessages(List<ReceivedMessage> messages) {
        return messages.stream().map(this::shown).toList();
    }
}
