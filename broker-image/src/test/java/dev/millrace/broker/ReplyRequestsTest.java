package dev.millrace.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.transport.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers to requests of producers. */
final class ReplyRequestsTest {
    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path folder) {
        broker = new RunningBroker(folder);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private static MemberRequest.Heartbeat producer(String clientId) {
        return new MemberRequest.Heartbeat(
                new HeartbeatData(clientId, Set.of(), 0, Set.of(new ProducerData("askers")), false));
    }

    /** Sends an answer with these properties and gives the header of what the broker says. */
    private String answer(String properties) throws IOException {
        String header = "{\"code\":325,\"flag\":0,\"opaque\":9,\"language\":\"JAVA\",\"version\":479,\"extFields\":{"
                + "\"a\":\"repliers\",\"b\":\"DefaultCluster_REPLY_TOPIC\",\"c\":\"TBW102\",\"d\":\"4\",\"e\":\"0\","
                + "\"f\":\"0\",\"g\":\"1700000000000\",\"h\":\"5\",\"i\":\"" + properties + "\",\"j\":\"0\","
                + "\"k\":\"false\",\"m\":\"false\"}}";
        try (RawPeer peer = new RawPeer(broker.port())) {
            peer.write(RawPeer.frame(header, "pong".getBytes(UTF_8)));
            return peer.answer();
        }
    }

    @Test
    void bringsAnAnswerToTheProducerThatWaits() throws Exception {
        try (AnsweringClient asker = new AnsweringClient(broker, Reply.success())) {
            asker.ask(producer("asker-1"));

            String said = answer("REPLY_TO_CLIENT\\u0001asker-1\\u0002CORRELATION_ID\\u0001c7\\u0002");

            Answer pushed = asker.nextQuestion(RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT.number());
            assertThat(new String(pushed.body(), UTF_8)).isEqualTo("pong");
            assertThat(pushed.text("properties")).contains("CORRELATION_ID\u0001c7", "PUSH_REPLY_TIME\u0001");
            assertThat(pushed.text("bornHost")).startsWith("127.0.0.1:");
            assertThat(pushed.text("flag")).isEqualTo("5");
            assertThat(said).contains("\"code\":0", "\"queueOffset\":\"0\"");
            assertThat(broker.store().maxPosition()).isPositive();
        }
    }

    @Test
    void refusesAnAnswerThatItsProducerDoesNotTake() throws Exception {
        try (AnsweringClient asker =
                new AnsweringClient(broker, Reply.failure(ResponseCode.SYSTEM_ERROR, "not mine"))) {
            asker.ask(producer("asker-2"));

            assertThat(answer("REPLY_TO_CLIENT\\u0001asker-2\\u0002"))
                    .contains("\"code\":1", "push reply message to asker-2 fail", "not mine");
            assertThat(broker.store().maxPosition()).isZero();
        }
    }

    @Test
    void refusesAnAnswerToNobody() throws Exception {
        try (AnsweringClient asker = new AnsweringClient(broker, Reply.success())) {
            asker.ask(producer("asker-3"));
            asker.ask(new MemberRequest.UnregisterClient("asker-3", "askers", null));
        }

        assertThat(answer("REPLY_TO_CLIENT\\u0001asker-3\\u0002"))
                .contains("\"code\":1", "channel of <asker-3> not found");
        assertThat(answer("CORRELATION_ID\\u0001c\\u0002")).contains("\"code\":1", "REPLY_TO_CLIENT is missing");
    }
}
