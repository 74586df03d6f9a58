package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.message.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes a topic under its users' hands and creates it again. */
final class TopicDeletionTest {
    private static final String TOPIC = "phoenix";
    private static final int ROUNDS = 5;

    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path folder) {
        broker = new RunningBroker(folder, "broker.auto-create-topics=false");
        create();
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private void create() {
        Answer answer =
                broker.ask(new TopicRequest.UpdateTopic(TOPIC, "TBW102", 1, 1, 6, "SINGLE_TAG", 0, false, null));
        assertThat(answer.responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    private void delete() {
        assertThat(broker.ask(new TopicRequest.DeleteTopic(TOPIC)).responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    private static PullMessage pull(long offset, long waitMs) {
        return new PullMessage(
                "g",
                TOPIC,
                0,
                offset,
                new PullMessage.Limits(32, -1),
                PullMessage.FLAG_SUBSCRIPTION | (waitMs > 0 ? PullMessage.FLAG_SUSPEND : 0),
                0,
                waitMs,
                new PullMessage.Filter("*", "TAG", 0));
    }

    private static List<String> bodies(Answer answer) {
        ByteBuffer records = ByteBuffer.wrap(answer.body());
        List<String> bodies = new ArrayList<>();
        for (int at = 0; at < records.limit(); at += records.getInt(at)) {
            bodies.add(new String(StoredMessage.decode(records, at).body(), StandardCharsets.UTF_8));
        }
        return bodies;
    }

    @Test
    void answersParkedPollsAtOnceAndBeginsAtOffsetZeroAgain() {
        broker.ask(message(TOPIC, 0, "", "old"));
        broker.ask(pull(0, 5000));
        CompletableFuture<Answer> parked = broker.askLater(pull(1, 60_000));

        delete();
        Answer told = parked.join();
        create();
        CompletableFuture<Answer> waiting = broker.askLater(pull(0, 15_000));
        Answer sent = broker.ask(message(TOPIC, 0, "", "new"));

        assertThat(told.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(told.remark()).contains(TOPIC);
        assertThat(sent.number("queueOffset")).isZero();
        assertThat(bodies(waiting.join())).containsExactly("new");
        assertThat(broker.ask(new QueueRequest.GetMinOffset(TOPIC, 0)).number("offset"))
                .isZero();
        assertThat(broker.ask(new QueueRequest.QueryConsumerOffset("g", TOPIC, 0, null))
                        .number("offset"))
                .isZero();
    }

    @Test
    void losesNothingThatIsSentToTheLastTopicOfTheName() throws InterruptedException {
        AtomicBoolean isOver = new AtomicBoolean();
        List<String> unexpected = new ArrayList<>();
        Thread producer = Thread.ofVirtual().start(() -> {
            for (int i = 0; !isOver.get(); i++) {
                Answer answer = broker.ask(message(TOPIC, 0, "", "during " + i));
                if (answer.responseCode() != ResponseCode.SUCCESS
                        && answer.responseCode() != ResponseCode.TOPIC_NOT_EXIST) {
                    unexpected.add(answer.code() + " " + answer.remark());
                }
            }
        });
        Thread poller = Thread.ofVirtual().start(() -> {
            long offset = 0;
            while (!isOver.get()) {
                Answer answer = broker.ask(pull(offset, 50));
                boolean isMoved = answer.fields().containsKey("nextBeginOffset");
                offset = isMoved ? answer.number("nextBeginOffset") : 0;
            }
        });

        for (int round = 0; round < ROUNDS; round++) {
            delete();
            create();
        }
        isOver.set(true);
        producer.join();
        poller.join();
        long end = broker.ask(new QueueRequest.GetMaxOffset(TOPIC, 0)).number("offset");
        Answer last = broker.store(message(TOPIC, 0, "", "last"));

        assertThat(unexpected).isEmpty();
        assertThat(last.number("queueOffset")).isGreaterThanOrEqualTo(end);
        assertThat(bodies(broker.ask(pull(last.number("queueOffset"), 15_000)))).containsExactly("last");
        delete();
        create();
        assertThat(broker.ask(message(TOPIC, 0, "", "first")).number("queueOffset"))
                .isZero();
    }
}
