package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.transport.TransportSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running broker does with peers that send nonsense, and that the others are served meanwhile. */
final class BadInputTest {
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path folder) {
        broker = new RunningBroker(
                folder,
                TransportSettings.defaults()
                        .withFrameReceiveMax(Duration.ofMillis(300))
                        .withIdleMax(Duration.ofSeconds(2)));
        broker.store(message("good", 0, "", "before"));
    }

    @AfterEach
    void stop() {
        Answer after = broker.store(message("good", 0, "", "after"));
        assertThat(bodies(broker.ask(pull("good", after.number("queueOffset")))))
                .containsExactly("after");
        assertThat(bodies(broker.ask(pull("good", 0)))).startsWith("before");
        broker.close();
    }

    private static PullMessage pull(String topic, long offset) {
        return new PullMessage(
                "g",
                topic,
                0,
                offset,
                new PullMessage.Limits(32, -1),
                PullMessage.FLAG_SUBSCRIPTION | PullMessage.FLAG_SUSPEND,
                0,
                5000,
                new PullMessage.Filter("*", "TAG", 0));
    }

    private static List<String> bodies(Answer answer) {
        ByteBuffer records = ByteBuffer.wrap(answer.body());
        List<String> bodies = new ArrayList<>();
        for (int at = 0; at < records.limit(); at += records.getInt(at)) {
            bodies.add(new String(StoredMessage.decode(records, at).body(), UTF_8));
        }
        return bodies;
    }

    private long closed(String reason) {
        String figures = new String(
                broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body(), UTF_8);
        String name = "\"connectionsClosed." + reason + "\":\"";
        int at = figures.indexOf(name) + name.length();
        return Long.parseLong(figures.substring(at, figures.indexOf('"', at)));
    }

    @Test
    void answersUnknownCommandsVersionsAndFlagsOnAConnectionThatStays() throws IOException {
        try (RawPeer peer = new RawPeer(broker.port())) {
            peer.write(RawPeer.frame("{\"code\":9999,\"opaque\":1,\"flag\":0,\"version\":1}", new byte[5]));
            String unknown = peer.answer();
            peer.write(RawPeer.frame(
                    "{\"code\":30,\"opaque\":2,\"flag\":124,\"version\":987654321,\"language\":\"KLINGON\","
                            + "\"extFields\":{\"topic\":\"good\",\"queueId\":\"0\",\"unheardOf\":\"x\"}}",
                    new byte[0]));
            String odd = peer.answer();
            peer.write(RawPeer.frame("{\"code\":30,\"opaque\":3,\"flag\":0,\"extFields\":{}}", new byte[0]));
            String missing = peer.answer();

            assertThat(unknown).contains("\"code\":3", "\"opaque\":1", "request type 9999 not supported");
            assertThat(odd).contains("\"code\":0", "\"opaque\":2", "\"offset\":\"1\"");
            assertThat(missing).contains("\"code\":1", "\"opaque\":3", "topic");
        }
    }

    @Test
    void closesOnGarbageAndCountsIt() throws IOException {
        List<byte[]> bad = List.of(
                ByteBuffer.allocate(4).putInt((16 << 20) + 1).array(),
                ByteBuffer.allocate(4).putInt(-1).array(),
                "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
                RawPeer.frame("{\"code\":", new byte[3]));

        for (byte[] bytes : bad) {
            try (RawPeer peer = new RawPeer(broker.port())) {
                peer.write(bytes);
                assertThat(peer.isClosedByPeer()).isTrue();
            }
        }

        assertThat(closed("BAD_FRAME")).isEqualTo(bad.size());
    }

    @Test
    void closesAPeerThatTricklesAndServesTheOthersMeanwhile() throws IOException {
        byte[] frame = RawPeer.frame("{\"code\":30,\"opaque\":1,\"flag\":0}", new byte[1 << 20]);
        int served = 0;
        try (RawPeer slow = new RawPeer(broker.port())) {
            long start = System.nanoTime();
            int at = 0;
            while (closed("SLOW_FRAME") == 0) {
                assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
                if (at < 20) {
                    slow.write(new byte[] {frame[at++]});
                }
                served +=
                        broker.ask(message("good", 0, "", "meanwhile")).responseCode() == ResponseCode.SUCCESS ? 1 : 0;
            }
            assertThat(slow.isClosedByPeer()).isTrue();
        }
        assertThat(served).isPositive();
    }

    @Test
    void closesASilentPeerAndCountsIt() throws IOException {
        try (RawPeer silent = new RawPeer(broker.port())) {
            long start = System.nanoTime();
            while (closed("IDLE") == 0) {
                assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
            }
            assertThat(silent.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void storesABodyThatDoesNotDecompressAndDeliversItAsItIs() {
        SendMessage plain = message("compressed", 0, "", "no zlib stream");
        SendMessage broken = new SendMessage(
                plain.producerGroup(),
                plain.topic(),
                0,
                plain.template(),
                new SendMessage.Origin(SystemFlags.COMPRESSED, 1_700_000_000_000L, 0, false),
                plain.retry(),
                false,
                plain.properties(),
                plain.body());

        Answer sent = broker.ask(broken);
        broker.ask(message("compressed", 0, "", "next"));
        broker.ask(pull("compressed", 0)); // waits for the first to be readable

        assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(bodies(broker.ask(pull("compressed", 1)))).containsExactly("next");
        Answer both = broker.ask(pull("compressed", 0));
        assertThat(bodies(both)).containsExactly("no zlib stream", "next");
        assertThat(StoredMessage.decode(ByteBuffer.wrap(both.body()), 0).systemFlag() & SystemFlags.COMPRESSED)
                .isEqualTo(SystemFlags.COMPRESSED);
    }

    @Test
    void refusesNegativeOffsetsAndUnknownQueuesWithTheirValues() {
        Answer pulled = broker.ask(pull("good", -5));
        Answer stored = broker.ask(new QueueRequest.UpdateConsumerOffset("g", "good", 0, -7));
        Answer queue = broker.ask(new QueueRequest.UpdateConsumerOffset("g", "good", -2, 1));
        Answer topic = broker.ask(new QueueRequest.UpdateConsumerOffset("g", "nowhere", 0, 1));
        Answer position = broker.ask(new QueueRequest.ViewMessage("good", -9));

        assertThat(pulled.remark()).contains("-5");
        assertThat(stored.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(stored.remark()).contains("offset -7", "may be below 0");
        assertThat(queue.remark()).contains("queue -2");
        assertThat(topic.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(topic.remark()).contains("nowhere");
        assertThat(position.remark()).contains("-9", "the log holds 0..");
        assertThat(broker.ask(new QueueRequest.GetMaxOffset("good", -1)).number("offset"))
                .isZero();
    }
}
