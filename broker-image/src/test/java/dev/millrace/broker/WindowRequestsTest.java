package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.MultiSendReplyBody;
import dev.millrace.protocol.message.StoredMessageEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** De-duplication windows over the wire. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder and starts the broker.
final class WindowRequestsTest {
    private static final byte[] NO_HOST = new byte[8];

    private Path folder;
    private RunningBroker broker;

    @BeforeEach
    void start(@TempDir Path store) {
        folder = store;
        broker = new RunningBroker(store);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Answer define(String topic, @Nullable String attributes) {
        return broker.ask(new TopicRequest.UpdateTopic(topic, "TBW102", 4, 4, 6, "SINGLE_TAG", 0, false, attributes));
    }

    private void window(String topic) {
        assertThat(define(topic, "+dedup.window.time=10m,+dedup.window.count=1000")
                        .responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    private static String id(String id) {
        return "UNIQ_KEY\u0001" + id + "\u0002";
    }

    private static void assertSameReceipt(Answer again, Answer first) {
        assertThat(again.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        for (String field : List.of("msgId", "queueId", "queueOffset")) {
            assertThat(again.text(field)).as(field).isNotEmpty().isEqualTo(first.text(field));
        }
    }

    @Test
    void storesARepeatedMessageOnceWhicheverQueueItGoesTo() {
        window("t");
        Answer first = broker.ask(message("t", 1, id("a"), "a"));

        Answer again = broker.ask(message("t", 3, id("a"), "a"));
        Answer other = broker.ask(message("t", 1, id("b"), "b"));

        assertSameReceipt(again, first);
        assertThat(other.number("queueOffset")).isEqualTo(1);
        assertThat(broker.ask(message("t", 3, id("c"), "c")).number("queueOffset"))
                .isZero();
    }

    @Test
    void answersAllOfManyThatComeAtOnceAlike() {
        window("t");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(broker.askLater(message("t", i % 4, id("m" + i / 20), "x")));
        }

        for (int i = 0; i < 200; i++) {
            assertSameReceipt(answers.get(i).join(), answers.get(i - i % 20).join());
        }
        assertThat(broker.store().maxPosition()).isPositive();
        long stored = 0;
        for (int queue = 0; queue < 4; queue++) {
            stored += broker.ask(message("t", queue, id("last" + queue), "x")).number("queueOffset");
        }
        assertThat(stored).isEqualTo(10);
    }

    @Test
    void topicsWithoutAWindowStoreEverything() {
        define("plain", "+message.type=NORMAL");

        assertThat(broker.ask(message("plain", 0, id("a"), "a")).number("queueOffset"))
                .isZero();
        assertThat(broker.ask(message("plain", 0, id("a"), "a")).number("queueOffset"))
                .isEqualTo(1);
    }

    @Test
    void goesByTheBusinessKeyOnRequest() {
        define("orders", "+dedup.window.time=10m,+dedup.key=KEYS");
        Answer first = broker.ask(message("orders", 0, id("1") + "KEYS\u0001order-7\u0002", "a"));

        assertSameReceipt(broker.ask(message("orders", 2, id("2") + "KEYS\u0001order-7\u0002", "b")), first);
        assertThat(broker.ask(message("orders", 0, id("3") + "KEYS\u0001order-8\u0002", "c"))
                        .number("queueOffset"))
                .isEqualTo(1);
        assertThat(broker.ask(message("orders", 0, id("4"), "no key")).number("queueOffset"))
                .isEqualTo(2);
        assertThat(broker.ask(message("orders", 0, id("4"), "no key")).number("queueOffset"))
                .isEqualTo(3);
    }

    @Test
    void survivesARestart() {
        window("t");
        Answer first = broker.ask(message("t", 1, id("a"), "a"));
        broker.close();
        broker = new RunningBroker(folder);

        Answer again = broker.ask(message("t", 2, id("a"), "a"));

        assertThat(again.number("queueId")).isEqualTo(1);
        assertThat(again.number("queueOffset")).isEqualTo(first.number("queueOffset"));
    }

    @Test
    void takesEachMessageOfABatchAlone() {
        window("t");
        Answer first = broker.ask(message("t", 1, id("b"), "b"));

        Answer batch = broker.ask(batch("t", 2, "a", "b", "c", "c"));
        Answer again = broker.ask(batch("t", 3, "a", "b", "c", "c"));

        String[] ids = batch.text("msgId").split(",", -1);
        assertThat(ids).hasSize(4);
        assertThat(ids[1]).isEqualTo(first.text("msgId"));
        assertThat(ids[3]).isEqualTo(ids[2]);
        assertSameReceipt(again, batch);
        assertThat(broker.ask(message("t", 2, id("d"), "d")).number("queueOffset"))
                .isEqualTo(2);
    }

    /** All of the log counts as cold: what repeats is looked for off the event loop. */
    private void startWithAColdLog() {
        broker.close();
        broker = new RunningBroker(folder, "store.cold-distance=0B");
    }

    @Test
    void looksIntoAColdLogForASend() {
        startWithAColdLog();
        window("t");
        Answer first = broker.ask(message("t", 1, id("a"), "a"));
        awaitRemembered(1);

        assertSameReceipt(broker.ask(message("t", 3, id("a"), "a")), first);

        assertFirstLooksOffTheLoop(1);
    }

    @Test
    void looksIntoAColdLogForABatch() {
        startWithAColdLog();
        window("t");
        Answer batch = broker.ask(batch("t", 2, "a", "b", "c"));
        awaitRemembered(3);

        assertSameReceipt(broker.ask(batch("t", 3, "a", "b", "c")), batch);

        assertFirstLooksOffTheLoop(3);
    }

    @Test
    void looksIntoAColdLogForAMultiQueueSend() {
        startWithAColdLog();
        window("t");
        multiSend("t:0:a", "t:2:b");
        awaitRemembered(2);

        MultiSendReplyBody.Reader again = multiSend("t:1:a", "t:1:b", "t:1:c");

        assertThat(again.nextGroup()).isTrue();
        assertThat(again.nextRecord()).isTrue();
        assertThat(again.repeatedQueueId()).isZero();
        assertThat(again.nextRecord()).isTrue();
        assertThat(again.repeatedQueueId()).isEqualTo(2);
        assertFirstLooksOffTheLoop(2);
    }

    /** Windows follow the log: until then the send that is under way answers for itself. */
    private void awaitRemembered(int count) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String known = "";
        while (!known.equals(Integer.toString(count))) {
            assertThat(System.nanoTime()).as("remembers %s of %s", known, count).isLessThan(deadlineNs);
            KeyValueTable figures = BodyJson.read(
                    KeyValueTable.class,
                    broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body());
            known = figures.table().getOrDefault("deduplicationCount", "");
        }
    }

    /** A second look finds the record in memory. */
    private void assertFirstLooksOffTheLoop(int positionCount) {
        assertThat(broker.lookups().isFirstOnLoop()).hasSize(positionCount).doesNotContainValue(true);
    }

    @Test
    void looksIntoAColdLogForManyAtOnce() {
        startWithAColdLog();
        answersAllOfManyThatComeAtOnceAlike();
    }

    private static SendMessage batch(String topic, int queueId, String... ids) {
        ByteBuffer entries = ByteBuffer.allocate(4096);
        for (String id : ids) {
            byte[] properties = id(id).getBytes(StandardCharsets.UTF_8);
            byte[] body = id.getBytes(StandardCharsets.UTF_8);
            entries.putInt(22 + body.length + properties.length)
                    .putInt(0)
                    .putInt(0)
                    .putInt(0);
            entries.putInt(body.length)
                    .put(body)
                    .putShort((short) properties.length)
                    .put(properties);
        }
        SendMessage single = message(topic, queueId, "", "");
        return new SendMessage(
                single.producerGroup(),
                topic,
                queueId,
                single.template(),
                single.origin(),
                single.retry(),
                true,
                single.properties(),
                entries.flip());
    }

    @Test
    void takesEachMessageOfAMultiQueueSendAlone() {
        window("t");
        define("plain", null);
        Answer first = broker.ask(message("t", 1, id("b"), "b"));

        MultiSendReplyBody.Reader answer = multiSend("plain:0:x", "plain:1:x", "t:2:a", "t:3:b", "t:2:c", "t:2:a");

        assertThat(answer.nextGroup()).isTrue();
        assertThat(answer.groupRecordCount()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            assertThat(answer.nextRecord()).isTrue();
            assertThat(answer.isRepeated()).isFalse();
            assertThat(answer.queueOffset()).isZero();
        }
        assertThat(answer.nextGroup()).isTrue();
        assertThat(answer.groupRecordCount()).isEqualTo(4);
        assertThat(answer.nextRecord()).isTrue();
        assertThat(answer.isRepeated()).isFalse();
        long position = answer.position();
        assertThat(answer.nextRecord()).isTrue();
        assertThat(answer.isRepeated()).isTrue();
        assertThat(answer.repeatedQueueId()).isEqualTo(1);
        assertThat(answer.queueOffset()).isEqualTo(first.number("queueOffset"));
        assertThat(answer.nextRecord()).isTrue();
        assertThat(answer.queueOffset()).isEqualTo(1);
        assertThat(answer.nextRecord()).isTrue();
        assertThat(answer.isRepeated()).isTrue();
        assertThat(answer.position()).isEqualTo(position);

        MultiSendReplyBody.Reader again = multiSend("t:0:a", "t:0:b");
        assertThat(again.nextGroup()).isTrue();
        assertThat(again.nextRecord()).isTrue();
        assertThat(again.repeatedQueueId()).isEqualTo(2);
        assertThat(again.nextRecord()).isTrue();
        assertThat(again.repeatedQueueId()).isEqualTo(1);
    }

    /** Words: topic, queue, id; words of one topic stand together. */
    private MultiSendReplyBody.Reader multiSend(String... messages) {
        return new MultiSendReplyBody.Reader()
                .open(ByteBuffer.wrap(broker.ask(multi("", messages)).body()));
    }

    private static OwnRequest.MultiSend multi(String properties, String... messages) {
        MultiSendBody.Writer body = new MultiSendBody.Writer(1024);
        String topic = "";
        for (String each : messages) {
            String[] words = each.split(":", -1);
            if (!words[0].equals(topic)) {
                topic = words[0];
                body.beginGroup(topic.getBytes(StandardCharsets.UTF_8));
            }
            StoredMessageEncoder.Head head = new StoredMessageEncoder.Head(
                    Integer.parseInt(words[1]), 0, 0, 1_700_000_000_000L, NO_HOST, NO_HOST, 0, 0);
            body.record(
                    head,
                    ByteBuffer.wrap(new byte[] {1}),
                    ByteBuffer.wrap((id(words[2]) + properties).getBytes(StandardCharsets.UTF_8)));
        }
        return new OwnRequest.MultiSend(body.finish());
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELAY", "TIMER_DELAY_MS", "TIMER_DELAY_SEC", "TIMER_DELIVER_MS", "TRAN_MSG"})
    void aMultiQueueSendTakesNoMessageThatWaits(String property) {
        define("plain", null);

        Answer answer = broker.ask(multi(property + "\u00011\u0002", "plain:0:x", "plain:1:y"));

        MultiSendReplyBody.Reader reader = new MultiSendReplyBody.Reader().open(ByteBuffer.wrap(answer.body()));
        assertThat(reader.nextGroup()).isTrue();
        assertThat(reader.code()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL.number());
        assertThat(reader.remark()).contains(property).contains("send it alone");
        assertThat(reader.groupRecordCount()).isZero();
        assertThat(broker.ask(new QueueRequest.GetMaxOffset("plain", 0)).number("offset"))
                .isZero();
    }

    @Test
    void answersARepeatedMessageThatIsHeldBackWithTheFirstReceiptAndHandle() {
        window("t");
        String later = "TIMER_DELAY_MS\u000160000\u0002";
        Answer first = broker.ask(message("t", 1, id("a") + later, "a"));
        Answer level = broker.ask(message("t", 1, id("l") + "DELAY\u00015\u0002", "l"));

        Answer again = broker.ask(message("t", 2, id("a") + later, "a"));

        assertSameReceipt(again, first);
        assertThat(first.text("recallHandle")).isNotEmpty();
        assertThat(again.text("recallHandle")).isEqualTo(first.text("recallHandle"));
        assertSameReceipt(broker.ask(message("t", 2, id("l") + "DELAY\u00015\u0002", "l")), level);
    }

    @Test
    void answersARepeatedHalfWithTheFirstReceipt() {
        window("t");
        String half = id("h") + "TRAN_MSG\u0001true\u0002PGROUP\u0001producers\u0002";
        Answer first = broker.ask(message("t", 1, half, "h"));

        assertSameReceipt(broker.ask(message("t", 2, half, "h")), first);
        assertThat(broker.ask(message("t", 0, id("i") + "TRAN_MSG\u0001true\u0002PGROUP\u0001producers\u0002", "i"))
                        .number("queueOffset"))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+dedup.window.time=soon",
                "+dedup.window.time=0s",
                "+dedup.window.time=-5m",
                "+dedup.window.time=8d",
                "+dedup.window.time=99999999999d",
                "+dedup.window.time=10m,+dedup.window.count=0",
                "+dedup.window.time=10m,+dedup.window.count=10000001",
                "+dedup.window.time=10m,+dedup.window.count=many",
                "+dedup.window.time=10m,+dedup.key=BODY",
                "+dedup.window.count=10",
                "+dedup.key=KEYS"
            })
    void refusesImpossibleWindowsWithTheValue(String attributes) {
        Answer answer = define("t", attributes);

        assertThat(answer.responseCode()).isNotEqualTo(ResponseCode.SUCCESS);
        assertThat(answer.remark()).contains("dedup.");
        assertThat(broker.ask(new TopicRequest.GetTopicConfig("t")).responseCode())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void refusesMoreWindowsThanABrokerHolds() {
        define("a", "+dedup.window.time=1h,+dedup.window.count=10000000");
        define("b", "+dedup.window.time=1h,+dedup.window.count=9000000");

        Answer third = define("c", "+dedup.window.time=1h,+dedup.window.count=1000001");

        assertThat(third.remark()).contains("1000001").contains("19000000").contains("20000000");
        assertThat(define("b", "+dedup.window.count=10").responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(define("c", "+dedup.window.time=1h,+dedup.window.count=1000001")
                        .responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void aWindowIsSwitchedOnAndOffWhileTheBrokerRuns() {
        define("t", null);
        broker.store(message("t", 0, id("before"), "x"));
        window("t");

        assertThat(broker.ask(message("t", 0, id("before"), "x")).number("queueOffset"))
                .as("counts from now on")
                .isEqualTo(1);
        assertThat(broker.ask(message("t", 0, id("before"), "x")).number("queueOffset"))
                .isEqualTo(1);
        assertThat(define("t", "-dedup.window.time,-dedup.window.count").responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
        assertThat(broker.ask(message("t", 0, id("before"), "x")).number("queueOffset"))
                .isEqualTo(2);
    }
}
