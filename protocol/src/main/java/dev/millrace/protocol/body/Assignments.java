package dev.millrace.protocol.body;

import dev.millrace.protocol.route.MessageQueue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client is to consume; null: what it consumes already. */
public record Assignments(@Nullable List<Assignment> messageQueueAssignments) {

    /** One queue; id -1 in mode POP stands for all queues of its broker. */
    public record Assignment(Map<String, String> attachments, MessageQueue messageQueue, RequestMode.Kind mode) {}
}
