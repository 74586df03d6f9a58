package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.Map;

/** Where clients stand: by client id, or of the one that answers. */
public record ConsumerStatus(
        Map<String, Map<MessageQueue, Long>> consumerTable, Map<MessageQueue, Long> messageQueueTable) {}
