package dev.millrace.bench.rocketmq;

import dev.millrace.bench.load.SendDone;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Collects messages for one queue until they fill a batch. Owner: the sending thread. */
final class QueueBatch {
    private static final int MESSAGE_COUNT_MAX = 64;

    private final DefaultMQProducer producer;
    private final MessageQueue queue;
    private List<Message> messages = new ArrayList<>();
    private List<SendDone> dones = new ArrayList<>();

    QueueBatch(DefaultMQProducer producer, MessageQueue queue) {
        this.producer = producer;
        this.queue = queue;
    }

    void add(Message message, SendDone done) throws Exception {
        messages.add(message);
        dones.add(done);
        if (messages.size() == MESSAGE_COUNT_MAX) {
            flush();
        }
    }

    void flush() throws Exception {
        if (messages.isEmpty()) {
            return;
        }
        var sent = messages;
        var told = dones;
        messages = new ArrayList<>(MESSAGE_COUNT_MAX);
        dones = new ArrayList<>(MESSAGE_COUNT_MAX);
        producer.send(sent, queue, RocketMqTarget.callback(failure -> {
            for (var done : told) {
                done.done(failure);
            }
        }));
    }
}
