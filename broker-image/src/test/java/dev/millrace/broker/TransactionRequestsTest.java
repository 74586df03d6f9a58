package dev.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions by requests, as a producer sends them. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder.
final class TransactionRequestsTest {
    private static final String GROUP = "producers";
    private static final String PROPERTIES = "TRAN_MSG\u0001true\u0002PGROUP\u0001" + GROUP + "\u0002TAGS\u0001A\u0002";
    private static final int PREPARED = 4;
    private static final long WAIT_NANOS = 20_000_000_000L;

    @TempDir
    Path folder;

    private static SendMessage half(String topic, String properties, String body) {
        return new SendMessage(
                GROUP,
                topic,
                0,
                new SendMessage.Template("TBW102", 1),
                new SendMessage.Origin(PREPARED, System.currentTimeMillis(), 7, false),
                SendMessage.Retry.NONE,
                false,
                ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static EndTransaction end(Answer sent, int outcome) {
        return end(GROUP, sent, outcome, false);
    }

    private static EndTransaction end(String group, Answer sent, int outcome, boolean isChecked) {
        long position = OffsetMessageId.parse(sent.text("msgId")).position();
        return new EndTransaction(
                group,
                sent.number("queueOffset"),
                position,
                outcome,
                isChecked,
                sent.text("transactionId"),
                null,
                null);
    }

    private static @Nullable StoredMessage pull(RunningBroker broker, String topic, long offset) {
        PullMessage.Filter all = new PullMessage.Filter("*", "TAG", 0);
        Answer answer = broker.ask(new PullMessage(
                "g", topic, 0, offset, new PullMessage.Limits(32, -1), PullMessage.FLAG_SUBSCRIPTION, 0, 0, all));
        return answer.responseCode() == ResponseCode.SUCCESS
                ? StoredMessage.decode(ByteBuffer.wrap(answer.body()), 0)
                : null;
    }

    private static long stored(RunningBroker broker, String topic) {
        return broker.ask(new QueueRequest.GetMaxOffset(topic, 0)).number("offset");
    }

    private static void awaitStored(RunningBroker broker, String topic, int queueId, long count) {
        await(() -> broker.ask(new QueueRequest.GetMaxOffset(topic, queueId)).number("offset") >= count);
        assertThat(broker.ask(new QueueRequest.GetMaxOffset(topic, queueId)).number("offset"))
                .isEqualTo(count);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
    }

    private static void heartbeat(RunningBroker broker) {
        broker.ask(new MemberRequest.Heartbeat(
                new HeartbeatData("client-1", Set.of(), 0, Set.of(new ProducerData(GROUP)), false)));
    }

    @Test
    void aCommittedHalfIsDeliveredOnce() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            Answer sent = broker.ask(half("orders", PROPERTIES, "paid"));
            assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(sent.text("transactionId")).isNotEmpty();
            assertThat(stored(broker, "orders")).isZero();

            assertThat(broker.ask(end(sent, EndTransaction.COMMIT)).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);
            Answer again = broker.ask(end(sent, EndTransaction.COMMIT));
            Answer back = broker.ask(end(sent, EndTransaction.ROLLBACK));

            assertThat(again.responseCode()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
            assertThat(back.responseCode()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
            assertThat(again.remark()).contains("settled already");
            broker.ask(RunningBroker.message("orders", 0, "", "next"));
            awaitStored(broker, "orders", 0, 2);
            StoredMessage first = pull(broker, "orders", 0);
            assertThat(first).isNotNull();
            assertThat(new String(first.body(), StandardCharsets.UTF_8)).isEqualTo("paid");
            assertThat(first.flag()).isEqualTo(7);
            assertThat(first.properties()).containsEntry("__transactionId__", sent.text("transactionId"));
            awaitStored(broker, "orders", 0, 2);
            assertThat(info(broker)).contains("\"transactionsCommitted\":\"1\"", "\"transactionsRefused\":\"2\"");
        }
    }

    private static String info(RunningBroker broker) {
        return new String(broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body(), StandardCharsets.UTF_8);
    }

    @Test
    void wrongEndsChangeNothing() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            Answer sent = broker.ask(half("orders", PROPERTIES, "paid"));
            EndTransaction right = end(sent, EndTransaction.COMMIT);

            Answer group = broker.ask(end("others", sent, EndTransaction.COMMIT, false));
            Answer offset = broker.ask(new EndTransaction(
                    GROUP, 77, right.commitLogOffset(), EndTransaction.COMMIT, false, "id", null, null));
            Answer position = broker.ask(new EndTransaction(
                    GROUP, 0, right.commitLogOffset() + 1, EndTransaction.COMMIT, false, "id", null, null));
            Answer far =
                    broker.ask(new EndTransaction(GROUP, 0, 1L << 40, EndTransaction.COMMIT, false, "id", null, null));
            Answer outcome = broker.ask(end(sent, 5));
            Answer unknown = broker.ask(end(sent, EndTransaction.UNKNOWN));

            assertThat(group.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
            assertThat(group.remark()).contains("producer group wrong", "others");
            assertThat(offset.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
            assertThat(offset.remark()).contains("state table offset wrong", "77");
            assertThat(position.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
            assertThat(far.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
            assertThat(outcome.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(unknown.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(stored(broker, "orders")).isZero();
            assertThat(broker.ask(right).responseCode()).isEqualTo(ResponseCode.SUCCESS);
            awaitStored(broker, "orders", 0, 1);
        }
    }

    @Test
    void aLateEndOfAHalfWithAnImmunityOfItsOwnHasToWaitForTheQuestion() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            String properties = PROPERTIES + "CHECK_IMMUNITY_TIME_IN_SECONDS\u00010\u0002";
            SendMessage old = new SendMessage(
                    GROUP,
                    "orders",
                    0,
                    new SendMessage.Template("TBW102", 1),
                    new SendMessage.Origin(PREPARED, 1_700_000_000_000L, 0, false),
                    SendMessage.Retry.NONE,
                    false,
                    ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                    ByteBuffer.wrap(new byte[] {1}));
            Answer sent = broker.ask(old);

            Answer late = broker.ask(end(sent, EndTransaction.COMMIT));
            Answer asked = broker.ask(end(GROUP, sent, EndTransaction.COMMIT, true));

            assertThat(late.responseCode()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
            assertThat(late.remark()).contains("immunity");
            assertThat(asked.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void asksAProducerOfTheGroupUntilItKnows() throws InterruptedException {
        try (RunningBroker broker = new RunningBroker(
                folder, "broker.transaction-timeout=200ms", "broker.transaction-check-interval=200ms")) {
            heartbeat(broker);
            Answer sent = broker.ask(half("orders", PROPERTIES, "paid"));

            Answer first = broker.nextRequest();
            Answer second = broker.nextRequest();

            assertThat(first.code()).isEqualTo(RequestCode.CHECK_TRANSACTION_STATE.number());
            assertThat(first.fields())
                    .containsEntry("tranStateTableOffset", "0")
                    .containsEntry("topic", "orders")
                    .containsEntry("msgId", sent.text("transactionId"))
                    .containsEntry("offsetMsgId", sent.text("msgId"))
                    .containsEntry("bname", "broker-0");
            StoredMessage question = StoredMessage.decode(ByteBuffer.wrap(first.body()), 0);
            assertThat(question.place().topic()).isEqualTo("orders");
            assertThat(new String(question.body(), StandardCharsets.UTF_8)).isEqualTo("paid");
            assertThat(question.properties()).containsEntry("PGROUP", GROUP);
            assertThat(second.code()).isEqualTo(RequestCode.CHECK_TRANSACTION_STATE.number());

            assertThat(broker.ask(end(GROUP, sent, EndTransaction.COMMIT, true)).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);
            awaitStored(broker, "orders", 0, 1);
        }
    }

    @Test
    void givesUpAfterTheLastQuestion() throws InterruptedException {
        try (RunningBroker broker = new RunningBroker(
                folder,
                "broker.transaction-timeout=100ms",
                "broker.transaction-check-interval=100ms",
                "broker.transaction-check-max=2")) {
            heartbeat(broker);
            Answer sent = broker.ask(half("orders", PROPERTIES, "never"));
            broker.nextRequest();
            broker.nextRequest();

            awaitStored(broker, "TRANS_CHECK_MAX_TIME_TOPIC", 0, 1);

            StoredMessage given = pull(broker, "TRANS_CHECK_MAX_TIME_TOPIC", 0);
            assertThat(given).isNotNull();
            assertThat(given.properties())
                    .containsEntry("TRANSACTION_CHECK_TIMES", "2")
                    .containsEntry("REAL_TOPIC", "orders");
            assertThat(broker.ask(end(sent, EndTransaction.COMMIT)).responseCode())
                    .isEqualTo(ResponseCode.ILLEGAL_OPERATION);
            assertThat(stored(broker, "orders")).isZero();
        }
    }

    @Test
    void refusesHalvesBeyondTheLimitAndTakesThemAgain() {
        try (RunningBroker broker = new RunningBroker(folder, "broker.transaction-pending-max=1")) {
            Answer first = broker.ask(half("orders", PROPERTIES, "1"));
            await(() -> info(broker).contains("\"transactionsPending\":\"1\""));

            Answer second = broker.ask(half("orders", PROPERTIES, "2"));

            assertThat(second.responseCode()).isEqualTo(ResponseCode.SYSTEM_BUSY);
            assertThat(second.remark()).contains("broker.transaction-pending-max");
            broker.ask(end(first, EndTransaction.ROLLBACK));
            await(() -> info(broker).contains("\"transactionsPending\":\"0\""));
            assertThat(broker.ask(half("orders", PROPERTIES, "3")).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void pendingHalvesSurviveARestart() {
        Answer sent;
        try (RunningBroker broker = new RunningBroker(folder, "broker.port=0")) {
            sent = broker.ask(half("orders", PROPERTIES, "paid"));
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            assertThat(info(broker)).contains("\"transactionsPending\":\"1\"");
            assertThat(broker.ask(end(sent, EndTransaction.COMMIT)).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);
            awaitStored(broker, "orders", 0, 1);
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            assertThat(broker.ask(end(sent, EndTransaction.COMMIT)).responseCode())
                    .isEqualTo(ResponseCode.ILLEGAL_OPERATION);
            awaitStored(broker, "orders", 0, 1);
        }
    }

    @Test
    void aRetriedMessageThatWasCommittedIsNoHalf() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            SendMessage retried = new SendMessage(
                    GROUP,
                    "%RETRY%g",
                    0,
                    new SendMessage.Template("TBW102", 1),
                    new SendMessage.Origin(PREPARED, 1, 0, false),
                    new SendMessage.Retry(1, 16),
                    false,
                    ByteBuffer.wrap((PROPERTIES + "DELAY\u00013\u0002").getBytes(StandardCharsets.UTF_8)),
                    ByteBuffer.wrap(new byte[] {1}));

            broker.ask(RunningBroker.message("orders", 0, "", "a"));
            pull(broker, "orders", 0);

            assertThat(broker.ask(retried).responseCode()).isEqualTo(ResponseCode.SUCCESS);

            awaitStored(broker, "SCHEDULE_TOPIC_XXXX", 2, 1);
            assertThat(stored(broker, "RMQ_SYS_TRANS_HALF_TOPIC")).isZero();
        }
    }

    @Test
    void refusesAHalfWithoutRoomForWhatSettlesIt() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            String full = PROPERTIES + "P\u0001" + "x".repeat(32_767 - 400) + "\u0002";
            Answer refused = broker.ask(half("orders", full, "large"));

            assertThat(refused.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
            assertThat(refused.remark())
                    .contains("of 32767")
                    .contains("no room for")
                    .contains("shorter properties");
            String fitting = PROPERTIES + "P\u0001" + "x".repeat(32_767 - 1000) + "\u0002";
            assertThat(broker.ask(half("orders", fitting, "large")).responseCode())
                    .isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void refusesPropertiesThatGrowWhenTheyAreWrittenAgain() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            byte[] head = (PROPERTIES + "P\u0001").getBytes(StandardCharsets.UTF_8);
            byte[] properties = Arrays.copyOf(head, head.length + 20_000);
            Arrays.fill(properties, head.length, properties.length, (byte) 0xFF);
            SendMessage half = half("orders", "", "x");

            Answer refused = broker.ask(new SendMessage(
                    GROUP,
                    "orders",
                    0,
                    half.template(),
                    half.origin(),
                    half.retry(),
                    false,
                    ByteBuffer.wrap(properties),
                    half.body()));

            assertThat(refused.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        }
    }

    @Test
    void refusesHalvesThatSayWhatOnlyTheBrokerSays() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            String group = "TRAN_MSG\u0001true\u0002PGROUP\u0001" + "g".repeat(256) + "\u0002";
            assertThat(broker.ask(half("orders", group, "x")).remark())
                    .contains("PGROUP")
                    .contains("256");
            String settles = PROPERTIES + "TRAN_PREPARED_QUEUE_OFFSET\u00010\u0002";
            assertThat(broker.ask(half("orders", settles, "x")).remark()).contains("TRAN_PREPARED_QUEUE_OFFSET");
        }
    }

    @Test
    void clientsDoNotMoveTheOffsetsOfTheBrokersOwnGroups() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            broker.ask(half("orders", PROPERTIES, "paid"));

            Answer refused = broker.ask(
                    new QueueRequest.UpdateConsumerOffset("CID_RMQ_SYS_TRANS", "RMQ_SYS_TRANS_HALF_TOPIC", 0, 1000));
            int commit = PullMessage.FLAG_SUBSCRIPTION | PullMessage.FLAG_COMMIT_OFFSET;
            broker.ask(new PullMessage(
                    "CID_RMQ_SYS_TRANS",
                    "RMQ_SYS_TRANS_HALF_TOPIC",
                    0,
                    0,
                    new PullMessage.Limits(32, -1),
                    commit,
                    1000,
                    0,
                    new PullMessage.Filter("*", "TAG", 0)));

            assertThat(refused.responseCode()).isEqualTo(ResponseCode.NO_PERMISSION);
            assertThat(refused.remark()).contains("CID_RMQ_SYS_TRANS");
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            assertThat(info(broker)).contains("\"transactionsPending\":\"1\"");
        }
    }
}
