package dev.millrace.client.internal.send;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.millrace.client.Message;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.message.Outgoing;
import dev.millrace.client.internal.route.RouteFixtures;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.StoredMessage;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MultiSendBatchTest {
    private static PendingSend send(String topic, int queueId, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        Message message = Message.of(topic, bytes).withTag("tag");
        PendingSend send = new PendingSend(new Outgoing(message, "ID" + body, bytes, 0, 77), QueueChoice.any(), 0);
        send.aim(RouteFixtures.queue(new TopicQueue(topic, "a", queueId)));
        return send;
    }

    private static byte[] topic(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void writesWhatTheProtocolReads() {
        MultiSendBatch batch = new MultiSendBatch(4096);
        for (int i = 0; i < 6; i++) {
            String name = i < 2 ? "t" : i < 4 ? "u" : "t";
            assertThat(batch.add(send(name, i, "body" + i), topic(name))).isTrue();
        }

        MultiSendBody.Reader reader = new MultiSendBody.Reader().open(batch.finish(1));

        List<String> bodies = new ArrayList<>();
        while (reader.nextGroup()) {
            while (reader.nextRecord()) {
                StoredMessage message = StoredMessage.decode(reader.buffer(), reader.recordAt());
                assertThat(message.place().topic()).isEqualTo(reader.topic());
                assertThat(message.place().queueId()).isEqualTo(bodies.size());
                assertThat(message.born().timeMs()).isEqualTo(77);
                assertThat(message.properties()).containsEntry("TAGS", "tag");
                bodies.add(new String(message.body(), StandardCharsets.UTF_8));
            }
        }
        assertThat(reader.groupCount()).isEqualTo(3);
        assertThat(bodies).containsExactly("body0", "body1", "body2", "body3", "body4", "body5");
    }

    @Test
    void isFullAtItsSizeButTakesOneLargeMessage() {
        MultiSendBatch batch = new MultiSendBatch(4096);

        assertThat(batch.add(send("t", 0, "x".repeat(10_000)), topic("t"))).isTrue();
        assertThat(batch.add(send("t", 0, "y"), topic("t"))).isFalse();

        batch.finish(1);
        batch.clear();
        assertThat(batch.add(send("t", 0, "y"), topic("t"))).isTrue();
        assertThat(new MultiSendBody.Reader().open(batch.finish(1)).recordCount())
                .isEqualTo(1);
    }

    @Test
    void allocatesLittlePerMessage() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        MultiSendBatch batch = new MultiSendBatch(1024 * 1024);
        PendingSend send = send("t", 1, "x".repeat(128));
        byte[] topic = topic("t");
        fill(batch, send, topic);

        long before = threads.getCurrentThreadAllocatedBytes();
        int count = fill(batch, send, topic);
        long each = (threads.getCurrentThreadAllocatedBytes() - before) / count;

        assertThat(each).isLessThan(300);
    }

    private static int fill(MultiSendBatch batch, PendingSend send, byte[] topic) {
        batch.clear();
        int count = 0;
        while (batch.add(send, topic)) {
            count++;
        }
        return count;
    }
}
