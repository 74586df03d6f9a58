package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.protocol.message.OffsetMessageId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a broker knows is known by another copy of its group, once that has its log. */
@SuppressWarnings("NullAway.Init") // Set before each test.
final class FailoverTest {
    private static final int PREPARED = 4;

    private Path folder;
    private RunningCopy first;
    private RunningCopy second;
    private RunningBroker before;

    @BeforeEach
    void start(@TempDir Path newFolder) {
        folder = newFolder;
        first = new RunningCopy(folder.resolve("first"));
        second = new RunningCopy(folder.resolve("second"));
        before = first.serve(1);
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    /** The first copy is gone, the second one is the master. */
    private RunningBroker failOver() {
        second.copyFrom(first);
        return second.serve(2);
    }

    private void define(String topic, @Nullable String attributes) {
        Answer defined =
                before.ask(new TopicRequest.UpdateTopic(topic, "TBW102", 4, 4, 6, "SINGLE_TAG", 0, false, attributes));
        assertThat(defined.responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    private static long offset(RunningBroker broker, String group, String topic, int queueId) {
        return broker.ask(new QueueRequest.QueryConsumerOffset(group, topic, queueId, false))
                .number("offset");
    }

    private static long stored(RunningBroker broker, String topic, int queueId) {
        return broker.ask(new QueueRequest.GetMaxOffset(topic, queueId)).number("offset");
    }

    private static Answer topicOf(RunningBroker broker, String topic) {
        return broker.ask(new TopicRequest.GetTopicConfig(topic));
    }

    @Test
    void definitionsAndOffsetsGoOn() {
        define("orders", "+message.type=NORMAL");
        define("gone", null);
        before.ask(new TopicRequest.DeleteTopic("gone"));
        before.ask(new GroupRequest.UpdateGroup(GroupConfig.of("workers")));
        before.ask(new GroupRequest.ForbidTopic("workers", "orders", false));
        before.store(message("orders", 1, "", "a"));
        before.ask(new QueueRequest.UpdateConsumerOffset("workers", "orders", 1, 1));
        first.awaitOffsetsSaved();

        RunningBroker after = failOver();

        assertThat(new String(topicOf(after, "orders").body(), StandardCharsets.UTF_8))
                .isEqualTo(new String(topicOf(before, "orders").body(), StandardCharsets.UTF_8))
                .contains("\"message.type\":\"NORMAL\"");
        assertThat(topicOf(after, "gone").responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(new String(
                        after.ask(new GroupRequest.ForbidTopic("workers", "orders", null))
                                .body(),
                        StandardCharsets.UTF_8))
                .isEqualTo(new String(
                        before.ask(new GroupRequest.ForbidTopic("workers", "orders", null))
                                .body(),
                        StandardCharsets.UTF_8));
        assertThat(after.ask(new GroupRequest.GetGroupConfig("workers")).responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
        assertThat(offset(after, "workers", "orders", 1)).isEqualTo(1);
        assertThat(stored(after, "orders", 1)).isEqualTo(1);
    }

    @Test
    void nobodyReadsOrMakesTheTopicOfTheState() {
        Answer sent = before.ask(message("rmq_sys_MILLRACE_STATE", 0, "", "x"));
        Answer made = before.ask(new TopicRequest.UpdateTopic(
                "rmq_sys_MILLRACE_STATE", "TBW102", 1, 1, 6, "SINGLE_TAG", 0, false, null));

        assertThat(sent.responseCode()).isNotEqualTo(ResponseCode.SUCCESS);
        assertThat(made.responseCode()).isNotEqualTo(ResponseCode.SUCCESS);
        assertThat(topicOf(before, "rmq_sys_MILLRACE_STATE").responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    private static SendMessage half(String topic) {
        String properties = "TRAN_MSG\u0001true\u0002PGROUP\u0001producers\u0002";
        return new SendMessage(
                "producers",
                topic,
                0,
                new SendMessage.Template("TBW102", 1),
                new SendMessage.Origin(PREPARED, System.currentTimeMillis(), 7, false),
                SendMessage.Retry.NONE,
                false,
                ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap("half".getBytes(StandardCharsets.UTF_8)));
    }

    private static Answer commit(RunningBroker broker, Answer sent) {
        return broker.ask(new EndTransaction(
                "producers",
                sent.number("queueOffset"),
                OffsetMessageId.parse(sent.text("msgId")).position(),
                EndTransaction.COMMIT,
                false,
                sent.text("transactionId"),
                null,
                null));
    }

    @Test
    void pendingTransactionsGoOnAndSettledOnesStaySettled() {
        Answer pending = before.ask(half("orders"));
        Answer settled = before.ask(half("orders"));
        assertThat(commit(before, settled).responseCode()).isEqualTo(ResponseCode.SUCCESS);

        RunningBroker after = failOver();

        assertThat(commit(after, settled).responseCode()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
        assertThat(commit(after, pending).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        RunningCopy.await(() -> stored(after, "orders", 0) == 2);
    }

    @Test
    void messagesThatAreHeldBackStayHeldBack() {
        Answer later = before.ask(message("timed", 0, "TIMER_DELAY_MS\u0001600000\u0002", "later"));
        Answer recalled = before.ask(message("timed", 0, "TIMER_DELAY_MS\u0001600000\u0002", "recalled"));
        before.ask(message("timed", 0, "TIMER_DELAY_MS\u00011500\u0002", "soon"));
        assertThat(recall(before, recalled).responseCode()).isEqualTo(ResponseCode.SUCCESS);

        RunningBroker after = failOver();

        assertThat(recall(after, recalled).responseCode()).isEqualTo(ResponseCode.ILLEGAL_OPERATION);
        assertThat(recall(after, later).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        RunningCopy.await(() -> stored(after, "timed", 0) == 1);
    }

    private static Answer recall(RunningBroker broker, Answer sent) {
        return broker.ask(new MemberRequest.RecallMessage("producers", "timed", sent.text("recallHandle")));
    }

    @Test
    void delayedMessagesAreDeliveredOnce() {
        before.ask(message("delayed", 0, "DELAY\u00011\u0002", "a"));
        RunningCopy.await(() -> stored(before, "delayed", 0) == 1);
        first.awaitOffsetsSaved();

        RunningBroker after = failOver();
        after.ask(message("delayed", 0, "DELAY\u00011\u0002", "b"));

        RunningCopy.await(() -> stored(after, "delayed", 0) >= 2);
        assertThat(stored(after, "delayed", 0)).isEqualTo(2);
    }

    @Test
    void whatWasTakenComesAgainAndWhatWasAcknowledgedDoesNot() {
        define("jobs", null);
        before.store(message("jobs", 0, "", "a"));
        before.store(message("jobs", 0, "", "b"));
        PopPeer taker = new PopPeer(before, "workers", "jobs");
        List<PopPeer.Message> taken = taker.popUntil(3_000, 2);
        assertThat(taken).extracting(PopPeer.Message::body).containsExactly("a", "b");
        assertThat(taker.ack(taken.get(0)).responseCode()).isEqualTo(ResponseCode.SUCCESS);

        RunningBroker after = failOver();
        PopPeer next = new PopPeer(after, "workers", "jobs");

        assertThat(next.pop(60_000)).isEmpty();
        assertThat(next.popUntil(60_000, 1)).extracting(PopPeer.Message::body).containsExactly("b");
    }

    @Test
    void aGroupThatWasMovedBackStaysThere() {
        define("jobs", null);
        for (int i = 0; i < 3; i++) {
            before.store(message("jobs", 0, "", "m" + i));
        }
        new PopPeer(before, "workers", "jobs").popUntil(60_000, 3);
        first.awaitOffsetsSaved();
        before.ask(new QueueRequest.UpdateConsumerOffset("workers", "jobs", 0, 1));
        first.awaitOffsetsSaved();

        RunningBroker after = failOver();

        assertThat(offset(after, "workers", "jobs", 0)).isEqualTo(1);
    }

    @Test
    void anAnswerThatAGroupWasMovedHoldsOnTheOtherCopy() {
        define("jobs", null);
        before.store(message("jobs", 0, "", "a"));
        before.ask(new QueueRequest.UpdateConsumerOffset("readers", "jobs", 0, 1));
        first.awaitOffsetsSaved();

        Answer moved = before.ask(new GroupRequest.ResetOffset("readers", "jobs", 0, 0L, 0, true));
        RunningBroker after = failOver();

        assertThat(moved.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(offset(after, "readers", "jobs", 0)).isZero();
    }

    @Test
    void nothingIsLeftOfADeletedTopicWhenItIsMadeAgain() {
        define("jobs", null);
        before.store(message("jobs", 0, "", "old"));
        new PopPeer(before, "workers", "jobs").popUntil(1_000, 1);
        second.copyFrom(first);
        assertThat(second.store().existingQueue("jobs", 0)).isPresent();
        before.ask(new TopicRequest.DeleteTopic("jobs"));
        define("jobs", null);

        RunningBroker after = failOver();
        after.store(message("jobs", 0, "", "new"));

        assertThat(stored(after, "jobs", 0)).isEqualTo(1);
        assertThat(after.ask(new QueueRequest.QueryConsumerOffset("workers", "jobs", 0, false))
                        .responseCode())
                .isEqualTo(ResponseCode.QUERY_NOT_FOUND);
        PopPeer next = new PopPeer(after, "workers", "jobs");
        assertThat(next.popUntil(60_000, 1)).extracting(PopPeer.Message::body).containsExactly("new");
    }

    @Test
    void aReplicaLetsRetentionRemoveWhatItKnows() {
        for (int i = 0; i < 40; i++) {
            before.ask(message("filler", 0, "", "x".repeat(60_000)));
        }
        long wanted = 1 << 20;

        RunningCopy.await(() -> {
            second.copyFrom(first);
            return second.followers.inOrder().stream().allMatch(each -> each.mayRemoveBefore(wanted));
        });

        assertThat(second.store().maxPosition()).isGreaterThan(wanted);
    }

    @Test
    void windowsKnowWhatTheOtherCopyStored() {
        define("orders", "+dedup.window.time=10m,+dedup.window.count=1000");
        Answer stored = before.ask(message("orders", 0, "UNIQ_KEY\u0001a\u0002", "a"));

        RunningBroker after = failOver();
        Answer again = after.ask(message("orders", 2, "UNIQ_KEY\u0001a\u0002", "a"));
        Answer other = after.ask(message("orders", 2, "UNIQ_KEY\u0001b\u0002", "b"));

        assertThat(again.text("msgId")).isNotEmpty().isEqualTo(stored.text("msgId"));
        assertThat(again.number("queueId")).isZero();
        assertThat(other.number("queueOffset")).isZero();
    }

    @Test
    void aWindowDoesNotKnowMessagesOfADeletedTopicOfTheSameName() {
        define("orders", "+dedup.window.time=10m");
        before.ask(message("orders", 0, "UNIQ_KEY\u0001a\u0002", "a"));
        before.ask(new TopicRequest.DeleteTopic("orders"));
        define("orders", "+dedup.window.time=10m");

        RunningBroker after = failOver();
        after.ask(message("orders", 2, "UNIQ_KEY\u0001a\u0002", "a"));

        RunningCopy.await(() -> stored(after, "orders", 2) == 1);
    }

    @Test
    void aCopyThatWasRestartedKnowsAllOfIt() {
        define("orders", "+dedup.window.time=10m");
        Answer stored = before.ask(message("orders", 0, "UNIQ_KEY\u0001a\u0002", "a"));
        before.ask(new QueueRequest.UpdateConsumerOffset("readers", "orders", 1, 1));
        Answer pending = before.ask(half("orders"));
        first.awaitOffsetsSaved();
        RunningCopy.await(() -> {
            second.copyFrom(first);
            return Files.exists(folder.resolve("second/config/state"));
        });
        second.close();
        second = new RunningCopy(folder.resolve("second"));

        RunningBroker after = failOver();

        assertThat(offset(after, "readers", "orders", 1)).isEqualTo(1);
        assertThat(commit(after, pending).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(after.ask(message("orders", 2, "UNIQ_KEY\u0001a\u0002", "a")).text("msgId"))
                .isEqualTo(stored.text("msgId"));
    }
}
