package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters that are delivered again. */
final class RedeliveryTest {
    private static final String GROUP = "workers";

    private Path folder = Path.of("");
    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path newFolder) {
        folder = newFolder;
        broker = new RunningBroker(folder);
        broker.ask(new GroupRequest.UpdateGroup(GroupConfig.of(GROUP)));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    /** Stores messages and has the group give them up; returns when the dead letters can be read. */
    private void die(String topic, int count) {
        int before = read("%DLQ%" + GROUP).size();
        for (int i = 0; i < count; i++) {
            long position = Long.parseLong(
                    broker.ask(message(topic, 0, "", topic + i)).text("msgId").substring(16), 16);
            Answer back = broker.ask(new MemberRequest.SendBack(position, GROUP, -1, null, topic, null, null));
            assertThat(back.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
        await("%DLQ%" + GROUP, before + count);
    }

    /** Waits until a queue has so many messages: queues are dispatched behind the log. */
    private void await(String topic, int count) {
        for (int offset = 0; offset < count; offset++) {
            assertThat(broker.ask(pull(topic, offset, 15_000)).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    private List<StoredMessage> read(String topic) {
        List<StoredMessage> found = new ArrayList<>();
        Answer answer = broker.ask(pull(topic, 0, 0));
        if (answer.responseCode() == ResponseCode.SUCCESS) {
            ByteBuffer records = ByteBuffer.wrap(answer.body());
            for (int at = 0; at < records.limit(); at += records.getInt(at)) {
                found.add(StoredMessage.decode(records, at));
            }
        }
        return found;
    }

    private static PullMessage pull(String topic, long offset, long waitMs) {
        int flag = PullMessage.FLAG_SUBSCRIPTION | (waitMs > 0 ? PullMessage.FLAG_SUSPEND : 0);
        return new PullMessage(
                GROUP,
                topic,
                0,
                offset,
                new PullMessage.Limits(32, -1),
                flag,
                0,
                waitMs,
                new PullMessage.Filter("*", "TAG", 0));
    }

    private Answer redeliver(@Nullable String topic, long offset, int count) {
        return broker.ask(new OwnRequest.Redeliver(GROUP, topic, 0, offset, count));
    }

    private static List<String> bodies(List<StoredMessage> messages) {
        return messages.stream().map(each -> new String(each.body(), UTF_8)).toList();
    }

    @Test
    void movesDeadLettersToTheRetryTopicOnce() {
        die("orders", 5);

        Answer first = redeliver(null, -1, 2);
        Answer rest = redeliver(null, -1, 100);
        Answer again = redeliver(null, -1, 100);

        assertThat(first.number("moved")).isEqualTo(2);
        assertThat(first.number("nextOffset")).isEqualTo(2);
        assertThat(first.number("endOffset")).isEqualTo(5);
        assertThat(rest.number("moved")).isEqualTo(3);
        assertThat(again.number("moved")).isZero();
        await("%RETRY%" + GROUP, 5);
        List<StoredMessage> retried = read("%RETRY%" + GROUP);
        assertThat(bodies(retried)).containsExactly("orders0", "orders1", "orders2", "orders3", "orders4");
        assertThat(retried).allSatisfy(each -> {
            assertThat(each.timesConsumed()).isZero();
            assertThat(each.properties())
                    .containsEntry("RETRY_TOPIC", "orders")
                    .containsKey("DLQ_REDELIVERED_FROM")
                    .doesNotContainKeys("DELAY", "DLQ_ORIGIN_TOPIC");
        });
    }

    @Test
    void movesNothingTwiceWhenTheOffsetWasLost() throws IOException {
        die("orders", 3);
        redeliver(null, -1, 2);
        broker.close();
        Files.deleteIfExists(folder.resolve("config").resolve("consumerOffset.json"));
        broker = new RunningBroker(folder);

        Answer answer = redeliver(null, -1, 100);

        assertThat(answer.number("moved")).isEqualTo(1);
        assertThat(answer.number("skipped")).isEqualTo(2);
        await("%RETRY%" + GROUP, 3);
        assertThat(bodies(read("%RETRY%" + GROUP))).containsExactly("orders0", "orders1", "orders2");
    }

    @Test
    void movesThoseOfOneTopicAndTheOthersLater() {
        die("orders", 2);
        die("bills", 2);

        Answer bills = redeliver("bills", -1, 100);
        Answer onward = redeliver("bills", bills.number("nextOffset"), 100);
        Answer all = redeliver(null, -1, 100);

        assertThat(bills.number("moved")).isEqualTo(2);
        assertThat(bills.number("skipped")).isEqualTo(2);
        assertThat(onward.number("moved")).isZero();
        assertThat(all.number("moved")).isEqualTo(2);
        assertThat(all.number("skipped")).isEqualTo(2);
        await("%RETRY%" + GROUP, 4);
        assertThat(bodies(read("%RETRY%" + GROUP))).containsExactly("bills0", "bills1", "orders0", "orders1");
    }

    @Test
    void movesALetterAgainThatDiedAgain() {
        die("orders", 1);
        redeliver(null, -1, 100);
        await("%RETRY%" + GROUP, 1);
        long position = read("%RETRY%" + GROUP).getFirst().place().position();
        broker.ask(new MemberRequest.SendBack(position, GROUP, -1, null, "orders", null, null));
        await("%DLQ%" + GROUP, 2);

        Answer answer = redeliver(null, -1, 100);

        assertThat(answer.number("moved")).isEqualTo(1);
        await("%RETRY%" + GROUP, 2);
    }

    @Test
    void saysWhatIsWrong() {
        Answer unknown = broker.ask(new OwnRequest.Redeliver("nobody", null, 0, -1, 10));
        Answer none = redeliver(null, -1, 10);

        assertThat(unknown.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
        assertThat(unknown.remark()).contains("nobody");
        assertThat(none.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(none.number("endOffset")).isZero();
    }
}
