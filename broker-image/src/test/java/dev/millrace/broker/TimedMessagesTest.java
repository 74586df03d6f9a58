package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages with a delivery time and their recall, by requests. */
final class TimedMessagesTest {
    private Path folder = Path.of("");
    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path newFolder) {
        folder = newFolder;
        broker = new RunningBroker(folder);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Answer send(String property, Object value) {
        return broker.ask(message("timed", 1, property + "\u0001" + value + "\u0002", "body"));
    }

    private Answer pull(String topic, int queueId, long offset) {
        return broker.ask(new PullMessage(
                "g",
                topic,
                queueId,
                offset,
                new PullMessage.Limits(32, -1),
                PullMessage.FLAG_SUBSCRIPTION | PullMessage.FLAG_SUSPEND,
                0,
                15_000,
                new PullMessage.Filter("*", "TAG", 0)));
    }

    private Answer recall(String topic, String handle) {
        return broker.ask(new MemberRequest.RecallMessage("producers", topic, handle));
    }

    private static void assertRefused(Answer answer, ResponseCode code, String... texts) {
        assertThat(answer.responseCode()).isEqualTo(code);
        assertThat(answer.remark()).contains(texts);
    }

    @Test
    void deliversAMessageAtItsTime() {
        broker.store(message("timed", 1, "", "first"));
        long before = System.currentTimeMillis();
        Answer sent = send("TIMER_DELAY_MS", 300);

        Answer pulled = pull("timed", 1, 1);
        long after = System.currentTimeMillis();

        assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(sent.number("queueId")).isEqualTo(1);
        assertThat(after - before).isGreaterThanOrEqualTo(300);
        StoredMessage message = StoredMessage.decode(ByteBuffer.wrap(pulled.body()), 0);
        assertThat(new String(message.body(), StandardCharsets.UTF_8)).isEqualTo("body");
        assertThat(message.flag()).isEqualTo(7);
        assertThat(message.properties())
                .containsEntry("REAL_TOPIC", "timed")
                .containsEntry("REAL_QID", "1")
                .containsEntry("TIMER_DELAY_MS", "300");
        long due = Long.parseLong(message.properties().getOrDefault("TIMER_OUT_MS", "0"));
        assertThat(due).isBetween(before + 300, after);
        RecallHandle handle = RecallHandle.parse(sent.text("recallHandle"));
        assertThat(handle)
                .isEqualTo(new RecallHandle(
                        "timed", "broker-0", due, message.properties().getOrDefault("UNIQ_KEY", "")));
        assertRefused(
                recall("timed", handle.text()),
                ResponseCode.ILLEGAL_OPERATION,
                "recall failed",
                "delivered or recalled");
    }

    @Test
    void storesAtOnceWhatIsDueAlready() {
        Answer past = send("TIMER_DELIVER_MS", System.currentTimeMillis() - 1000);
        Answer zero = send("TIMER_DELAY_SEC", 0);
        Answer passedOn = broker.ask(
                message("timed", 1, "TIMER_DELAY_SEC\u00015\u0002TIMER_OUT_MS\u00011700000000000\u0002", "again"));

        assertThat(past.fields()).doesNotContainKey("recallHandle");
        assertThat(past.number("queueOffset")).isZero();
        assertThat(zero.number("queueOffset")).isEqualTo(1);
        assertThat(passedOn.number("queueOffset")).isEqualTo(2);
    }

    @Test
    void refusesTimesWithoutSenseOrTooFarAway() {
        long yearMs = 365L * 24 * 3600 * 1000;
        assertRefused(
                send("TIMER_DELAY_SEC", "soon"), ResponseCode.MESSAGE_ILLEGAL, "TIMER_DELAY_SEC=soon", "no number");
        assertRefused(send("TIMER_DELAY_MS", -1), ResponseCode.MESSAGE_ILLEGAL, "TIMER_DELAY_MS=-1", "correct it");
        assertRefused(
                send("TIMER_DELAY_MS", yearMs + 1), ResponseCode.MESSAGE_ILLEGAL, "" + yearMs, "broker.delay.max");
        assertRefused(send("TIMER_DELIVER_MS", Long.MAX_VALUE), ResponseCode.MESSAGE_ILLEGAL, "broker.delay.max");
        assertRefused(send("TIMER_DELAY_MS", Long.MAX_VALUE), ResponseCode.MESSAGE_ILLEGAL, "beyond all times");
        assertRefused(send("TIMER_DELAY_SEC", Long.MAX_VALUE), ResponseCode.MESSAGE_ILLEGAL, "outside 0..");
        assertThat(send("TIMER_DELAY_MS", yearMs).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertRefused(
                broker.ask(message("timed", 1, "TIMER_DELAY_SEC\u00015\u0002TIMER_DEL_UNIQKEY\u0001x\u0002", "0")),
                ResponseCode.MESSAGE_ILLEGAL,
                "recall handle");
        assertRefused(
                broker.ask(message("rmq_sys_wheel_timer", 0, "", "x")), ResponseCode.NO_PERMISSION, "only the broker");
    }

    @Test
    void aDelayLevelWinsOverATime() {
        Answer sent = broker.ask(message("timed", 0, "DELAY\u00011\u0002TIMER_DELAY_SEC\u0001100\u0002", "level"));

        Answer pulled = pull("timed", 0, 0);

        assertThat(sent.fields()).doesNotContainKey("recallHandle");
        assertThat(pulled.responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void recallsOnceAndRefusesForgedHandles() {
        Answer sent = send("TIMER_DELAY_SEC", 60);
        RecallHandle handle = RecallHandle.parse(sent.text("recallHandle"));

        assertRefused(recall("timed", "%%"), ResponseCode.ILLEGAL_OPERATION, "handle is invalid");
        assertRefused(recall("timed", "djIgeA=="), ResponseCode.ILLEGAL_OPERATION, "handle is invalid", "v1");
        assertRefused(recall("nowhere", handle.text()), ResponseCode.TOPIC_NOT_EXIST, "nowhere");
        broker.ask(message("other", 0, "", "x"));
        assertRefused(recall("other", handle.text()), ResponseCode.ILLEGAL_OPERATION, "topic not match");
        assertRefused(
                recall("timed", new RecallHandle("timed", "b9", handle.dueMs(), handle.uniqueId()).text()),
                ResponseCode.ILLEGAL_OPERATION,
                "broker name not match",
                "b9");
        assertRefused(
                recall("timed", new RecallHandle("timed", "broker-0", Long.MAX_VALUE - 1, "x").text()),
                ResponseCode.ILLEGAL_OPERATION,
                "timestamp invalid");
        assertRefused(
                recall("timed", new RecallHandle("timed", "broker-0", handle.dueMs(), "x").text()),
                ResponseCode.ILLEGAL_OPERATION,
                "not held back");

        Answer recalled = recall("timed", handle.text());
        Answer again = recall("timed", handle.text());

        assertThat(recalled.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(recalled.text("msgId")).isEqualTo(handle.uniqueId());
        assertRefused(again, ResponseCode.ILLEGAL_OPERATION, "not held back");
    }

    @Test
    void tellsToolsWhatIsHeldBackAlsoAfterARestart() {
        send("TIMER_DELAY_SEC", 3600);
        send("TIMER_DELAY_SEC", 7200);
        broker.close();
        broker = new RunningBroker(folder);

        String table = "";
        long end = System.nanoTime() + 10_000_000_000L;
        while (!table.contains("\"delayPendingCount\":\"2\"") && System.nanoTime() < end) {
            table = new String(
                    broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body(), StandardCharsets.UTF_8);
        }
        assertThat(table).contains("\"delayPendingCount\":\"2\"", "\"delayLostTotal\":\"0\"", "delayNextDueMs");
    }
}
