package dev.millrace.broker;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PopRequest;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A consumer that takes messages by requests, and makes receipts as RocketMQ's clients do. Owner: one test. */
record PopPeer(RunningBroker broker, String group, String topic) {
    private static final long WAIT_NANOS = 20_000_000_000L;

    /**
     * A message with its receipt.
     *
     * @param topic that its queue is in, as clients derive it from the receipt
     */
    record Message(StoredMessage stored, String receipt, String topic, int timesConsumed) {
        String body() {
            return new String(stored.body(), StandardCharsets.UTF_8);
        }

        long offset() {
            return stored.place().queueOffset();
        }

        int queueId() {
            return stored.place().queueId();
        }
    }

    /** What a request takes. */
    static PopRequest.Pop request(String group, String topic, int queueId, long invisibleMs, long pollMs) {
        return new PopRequest.Pop(
                group, topic, queueId, 32, invisibleMs, pollMs, null, PopRequest.Pop.FROM_MIN, null, null, null, null);
    }

    static PopRequest.Pop ordered(String group, String topic, long invisibleMs, int count, @Nullable String attempt) {
        return new PopRequest.Pop(
                group, topic, -1, count, invisibleMs, 0, null, PopRequest.Pop.FROM_MIN, null, null, true, attempt);
    }

    PopRequest.Pop request(long invisibleMs, long pollMs) {
        return request(group, topic, -1, invisibleMs, pollMs);
    }

    List<Message> pop(long invisibleMs) {
        return messages(broker.ask(request(invisibleMs, 0)));
    }

    /** Takes until this many came, in order. */
    List<Message> popUntil(long invisibleMs, int count) {
        List<Message> all = new ArrayList<>();
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (all.size() < count && System.nanoTime() < deadline) {
            all.addAll(messages(broker.ask(request(invisibleMs, 500))));
        }
        return all;
    }

    CompletableFuture<Answer> popLater(long invisibleMs, long pollMs) {
        return broker.askLater(request(invisibleMs, pollMs));
    }

    /** The messages of an answer; none if it has another code than success. */
    List<Message> messages(Answer answer) {
        if (answer.responseCode() != ResponseCode.SUCCESS) {
            return List.of();
        }
        Map<String, Long> starts = new HashMap<>();
        for (String entry : answer.text("startOffsetInfo").split(";", -1)) {
            String[] parts = entry.split(" ", -1);
            starts.put(parts[0] + "@" + parts[1], Long.parseLong(parts[2]));
        }
        Map<String, Integer> counts = new HashMap<>();
        for (String entry : answer.text("orderCountInfo").split(";", -1)) {
            String[] parts = entry.split(" ", -1);
            if (parts.length == 3) {
                counts.put(parts[1], Integer.parseInt(parts[2]));
            }
        }
        List<Message> messages = new ArrayList<>();
        ByteBuffer body = ByteBuffer.wrap(answer.body());
        int at = 0;
        while (at < body.limit()) {
            messages.add(message(answer, StoredMessage.decode(body, at), starts, counts));
            at += StoredMessageLayout.totalSize(body, at);
        }
        return messages;
    }

    private Message message(
            Answer answer, StoredMessage stored, Map<String, Long> starts, Map<String, Integer> counts) {
        int queueId = stored.place().queueId();
        long offset = stored.place().queueOffset();
        String ready = stored.properties().get("POP_CK");
        if (ready != null) {
            String real = ready.split(" ", -1)[4].equals("1") ? "%RETRY%" + group + "_" + topic : topic;
            return new Message(stored, ready, real, stored.timesConsumed());
        }
        String receipt = starts.get("0@" + queueId) + " " + answer.text("popTime") + " "
                + answer.text("invisibleTime") + " " + answer.text("reviveQid") + " 0 broker-0 " + queueId + " "
                + offset;
        Integer count = counts.getOrDefault("qo" + queueId + "%" + offset, counts.get(Integer.toString(queueId)));
        return new Message(stored, receipt, topic, count == null ? stored.timesConsumed() : count);
    }

    Answer ack(Message message) {
        return ack(message, message.receipt);
    }

    Answer ack(Message message, String receipt) {
        return broker.ask(new PopRequest.Ack(group, message.topic, message.queueId(), receipt, message.offset()));
    }

    Answer hide(Message message, long invisibleMs) {
        return broker.ask(new PopRequest.ChangeInvisibleTime(
                group, message.topic, message.queueId(), message.receipt, message.offset(), invisibleMs));
    }

    /** The message with the receipt that a change of its time gave it. */
    Message renewed(Message message, Answer changed) {
        String kind = message.receipt.split(" ", -1)[4];
        String receipt = message.offset() + " " + changed.text("popTime") + " " + changed.text("invisibleTime") + " "
                + changed.text("reviveQid") + " " + kind + " broker-0 " + message.queueId() + " " + message.offset();
        return new Message(message.stored, receipt, message.topic, message.timesConsumed);
    }

    void send(int queueId, String properties, String... bodies) {
        for (String body : bodies) {
            broker.ask(RunningBroker.message(topic, queueId, properties, body));
        }
    }

    static List<String> bodies(List<Message> messages) {
        return messages.stream().map(Message::body).toList();
    }
}
