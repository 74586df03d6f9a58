package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.internal.message.Records;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TraceTest {
    private static final String TOPIC = "RMQ_SYS_TRACE_TOPIC";

    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client =
            MillraceClient.builder().namesrv(cluster.namesrv.address()).traced().build();

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private static Message message(String key) {
        return Message.of("t", "body".getBytes(StandardCharsets.UTF_8))
                .withTag("tag")
                .withKey(key);
    }

    /** The fields of all trace records, and the keys of all trace messages. */
    private List<String[]> records(List<String> keys) {
        List<String[]> records = new ArrayList<>();
        for (long offset = 0; offset < cluster.a.end(TOPIC, 0); offset++) {
            ReceivedMessage message = Records.decode(ByteBuffer.wrap(cluster.a.record(TOPIC, 0, offset)), "a")
                    .get(0);
            keys.addAll(message.keys());
            String text = new String(message.body(), StandardCharsets.UTF_8);
            for (String record : text.split("\u0002", -1)) {
                if (!record.isEmpty()) {
                    records.add(record.split("\u0001", -1));
                }
            }
        }
        return records;
    }

    @Test
    void recordsSendsAndCallsOfListeners() {
        cluster.namesrv.route("t", 1, cluster.a);
        cluster.namesrv.route(TOPIC, 1, cluster.a);
        String id = client.producer().group("pg").build().send(message("k1")).messageId();
        client.producer().batching(Batching.defaults()).build().send(message("k2"));
        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(received -> received.queueOffset() == 0 ? ConsumeResult.SUCCESS : ConsumeResult.RETRY)
                .start();
        while (client.traceCounts().recorded() < 6) {
            Thread.onSpinWait();
        }
        consumer.close();

        while (client.traceCounts().sent() < 6) {
            Thread.onSpinWait();
        }

        List<String> keys = new ArrayList<>();
        List<String[]> records = records(keys);
        assertThat(records)
                .extracting(record -> record[0])
                .containsOnly("Pub", "SubBefore", "SubAfter")
                .hasSize(6);
        String[] sent = records.get(0);
        assertThat(sent).hasSize(14);
        assertThat(Arrays.asList(sent).subList(3, 9)).containsExactly("pg", "t", id, "tag", "k1", cluster.a.address());
        assertThat(sent[13]).isEqualTo("true");
        assertThat(records.stream()
                        .filter(record -> record[0].equals("SubAfter"))
                        .map(record -> record[4]))
                .containsExactlyInAnyOrder("true", "false");
        assertThat(keys).contains(id, "k1", "k2");
        assertThat(client.traceCounts().dropped()).isZero();
    }

    @Test
    void countsWhatIsNotStored() {
        cluster.namesrv.route("t", 1, cluster.a);
        client.producer().build().send(message("k"));

        while (client.traceCounts().dropped() == 0) {
            Thread.onSpinWait();
        }

        assertThat(client.traceCounts()).isEqualTo(new TraceCounts(1, 0, 1));
    }

    @Test
    void isOffUnlessAskedFor() {
        cluster.namesrv.route("t", 1, cluster.a);
        try (MillraceClient untraced = cluster.client()) {
            untraced.producer().build().send(message("k"));

            assertThat(untraced.traceCounts()).isEqualTo(new TraceCounts(0, 0, 0));
        }
    }
}
