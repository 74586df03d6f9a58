package dev.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.PopPeer.Message;
import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.BatchAcks;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.PopRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Consumption by receipt by requests, as a consumer sends them. */
@SuppressWarnings("NullAway.Init") // JUnit sets the folder.
final class PopRequestsTest {
    private static final long LONG_MS = 60_000;
    private static final long SHORT_MS = 150;
    private static final long ACKNOWLEDGED_WITHIN_MS = 3_000;

    @TempDir
    Path folder;

    private static PopPeer peer(RunningBroker broker) {
        return new PopPeer(broker, "g", "orders");
    }

    @Test
    void takesAndAcknowledges() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "TAGS\u0001A\u0002", "a", "b");
            peer.send(1, "", "c");

            List<Message> taken = peer.popUntil(ACKNOWLEDGED_WITHIN_MS, 3);

            assertThat(PopPeer.bodies(taken)).containsExactlyInAnyOrder("a", "b", "c");
            for (Message message : taken) {
                assertThat(peer.ack(message).responseCode()).isEqualTo(ResponseCode.SUCCESS);
            }
            Answer offset = broker.ask(new QueueRequest.QueryConsumerOffset("g", "orders", 0, null));
            assertThat(offset.number("offset")).isEqualTo(2);
            assertThat(peer.messages(broker.ask(peer.request(LONG_MS, ACKNOWLEDGED_WITHIN_MS + SHORT_MS))))
                    .isEmpty();
        }
    }

    @Test
    void deliversAgainWhatIsNotAcknowledged() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "TAGS\u0001A\u0002KEYS\u0001k\u0002", "a");
            Message first = peer.popUntil(SHORT_MS, 1).getFirst();

            Message second = peer.popUntil(SHORT_MS, 1).getFirst();
            Message third = peer.popUntil(LONG_MS, 1).getFirst();

            assertThat(second.body()).isEqualTo("a");
            assertThat(second.stored().place().topic()).isEqualTo("orders");
            assertThat(second.topic()).isEqualTo("%RETRY%g_orders");
            assertThat(second.timesConsumed()).isEqualTo(1);
            assertThat(second.stored().properties())
                    .containsEntry("TAGS", "A")
                    .containsEntry("KEYS", "k")
                    .containsEntry("1ST_POP_TIME", first.receipt().split(" ", -1)[1]);
            assertThat(third.timesConsumed()).isEqualTo(2);
            assertThat(peer.ack(second).responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(peer.ack(third).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void refusesReceiptsThatAreNotTheLast() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b");
            List<Message> taken = peer.popUntil(LONG_MS, 2);
            Message message = taken.getFirst();
            Message changed = peer.renewed(message, peer.hide(message, LONG_MS));
            String[] fields = taken.get(1).receipt().split(" ", -1);

            Answer old = peer.ack(message);
            fields[3] = Long.toString(Long.parseLong(fields[3]) ^ 1);
            Answer forged = peer.ack(taken.get(1), String.join(" ", fields));
            Answer malformed = peer.ack(taken.get(1), "0 1 2");
            Answer elsewhere = peer.ack(taken.get(1), taken.get(1).receipt().replace("broker-0", "broker-1"));
            PopPeer other = new PopPeer(broker, "other", "orders");

            assertThat(old.responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(old.remark()).contains("not in flight for g").contains("use the receipt that came last");
            assertThat(forged.responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(malformed.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(elsewhere.remark()).contains("is of broker broker-1");
            assertThat(other.ack(taken.get(1)).responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(peer.ack(changed).responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(peer.ack(changed).responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(peer.ack(taken.get(1)).responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(broker.ask(new PopRequest.Ack("g", "orders", 99, message.receipt(), 0))
                            .responseCode())
                    .isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
            assertThat(broker.ask(new PopRequest.Ack("g", "none", 0, message.receipt(), 0))
                            .responseCode())
                    .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        }
    }

    @Test
    void changesTheInvisibleTime() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "sooner", "later");
            List<Message> taken = peer.popUntil(ACKNOWLEDGED_WITHIN_MS, 2);
            Message later = peer.renewed(taken.get(1), peer.hide(taken.get(1), LONG_MS));
            peer.hide(taken.get(0), 0);

            List<Message> again = peer.popUntil(LONG_MS, 1);

            assertThat(PopPeer.bodies(again)).containsExactly("sooner");
            assertThat(peer.messages(broker.ask(peer.request(LONG_MS, ACKNOWLEDGED_WITHIN_MS + SHORT_MS))))
                    .isEmpty();
            assertThat(peer.ack(later).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void acknowledgesManyAtOnce() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b", "c");
            List<Message> taken = peer.popUntil(LONG_MS, 3);
            // One request takes all three unless the first was there alone.
            int together = (int) taken.stream()
                    .filter(each -> each.receipt().startsWith(prefix(taken.getLast())))
                    .count();

            Answer all = broker.ask(batch(taken.getLast(), together));
            Answer again = broker.ask(batch(taken.getLast(), together));

            assertThat(all.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(again.responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(again.remark()).startsWith(together + " messages are not in flight");
            assertThat(broker.ask(new PopRequest.BatchAck(new BatchAcks(List.of(), "broker-0")))
                            .responseCode())
                    .isEqualTo(ResponseCode.NO_MESSAGE);
        }
    }

    private static String prefix(Message message) {
        return message.receipt().substring(0, message.receipt().indexOf(" 0 broker-0"));
    }

    private static PopRequest.BatchAck batch(Message message, int count) {
        String[] fields = message.receipt().split(" ", -1);
        BitSet bits = new BitSet();
        bits.set(0, count);
        return new PopRequest.BatchAck(new BatchAcks(
                List.of(new BatchAcks.Entry(
                        Base64.getEncoder().encodeToString(bits.toByteArray()),
                        "g",
                        Long.parseLong(fields[2]),
                        Long.parseLong(fields[1]),
                        0,
                        "0",
                        Integer.parseInt(fields[3]),
                        Long.parseLong(fields[0]),
                        "orders")),
                "broker-0"));
    }

    @Test
    void deliversToTheDeadLetterTopicAfterTheLastAttempt() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            broker.ask(new GroupRequest.UpdateGroup(BodyJson.read(
                    GroupConfig.class, "{\"groupName\":\"g\",\"retryMaxTimes\":1}".getBytes(StandardCharsets.UTF_8))));
            PopPeer peer = peer(broker);
            peer.send(0, "KEYS\u0001k\u0002", "a");

            assertThat(peer.popUntil(SHORT_MS, 1).getFirst().timesConsumed()).isZero();
            assertThat(peer.popUntil(SHORT_MS, 1).getFirst().timesConsumed()).isEqualTo(1);

            PopPeer dead = new PopPeer(broker, "readers", "%DLQ%g");
            Message message = dead.popUntil(LONG_MS, 1).getFirst();
            assertThat(message.body()).isEqualTo("a");
            assertThat(message.stored().properties())
                    .containsEntry("KEYS", "k")
                    .containsEntry("DLQ_ORIGIN_TOPIC", "orders")
                    .containsKey("DLQ_ORIGIN_MESSAGE_ID");
            assertThat(peer.messages(broker.ask(peer.request(LONG_MS, SHORT_MS * 4))))
                    .isEmpty();
        }
    }

    @Test
    void keepsWhatIsInFlightOverRestarts() {
        Message message;
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "held", "lost");
            List<Message> taken = peer.popUntil(LONG_MS, 2);
            message = taken.getFirst();
            peer.hide(taken.get(1), SHORT_MS);
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);

            assertThat(PopPeer.bodies(peer.popUntil(LONG_MS, 1))).containsExactly("lost");
            assertThat(peer.ack(message).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);

            assertThat(peer.ack(message).responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
            assertThat(peer.pop(LONG_MS)).isEmpty();
        }
    }

    @Test
    void findsInTheLogWhatItsFilesDoNotKnow() throws IOException {
        Message message;
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "acknowledged", "held");
            List<Message> taken = peer.popUntil(LONG_MS, 2);
            message = taken.get(1);
            peer.ack(taken.getFirst());
        }
        for (String file : List.of("inFlight", "consumerOffset.json", "consumerOffset.json.bak")) {
            Files.deleteIfExists(folder.resolve("config").resolve(file));
        }

        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);

            assertThat(peer.pop(LONG_MS)).isEmpty();
            assertThat(peer.ack(message).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        }
    }

    @Test
    void blocksAQueueInOrder() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b", "c");
            List<Message> taken = orderedUntil(peer, LONG_MS, 2);
            assertThat(PopPeer.bodies(taken)).containsExactly("a", "b");

            assertThat(peer.messages(broker.ask(PopPeer.ordered("g", "orders", LONG_MS, 2, null))))
                    .isEmpty();
            assertThat(peer.ack(taken.get(1)).responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(peer.messages(broker.ask(PopPeer.ordered("g", "orders", LONG_MS, 2, null))))
                    .isEmpty();
            assertThat(peer.ack(taken.get(0)).responseCode()).isEqualTo(ResponseCode.SUCCESS);

            assertThat(PopPeer.bodies(orderedUntil(peer, LONG_MS, 1))).containsExactly("c");
        }
    }

    @Test
    void takesFromTheFirstThatIsNotAcknowledgedWhenTheTimeIsOver() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b", "c");
            List<Message> taken = orderedUntil(peer, LONG_MS, 3);
            peer.ack(taken.getFirst());
            for (Message message : taken.subList(1, 3)) {
                Answer hidden = peer.hide(message, SHORT_MS);
                assertThat(hidden.number("reviveQid")).isEqualTo(999);
                assertThat(hidden.text("popTime")).isEqualTo(message.receipt().split(" ", -1)[1]);
            }

            List<Message> again = orderedUntil(peer, LONG_MS, 2);

            assertThat(PopPeer.bodies(again)).containsExactly("b", "c");
            assertThat(again).extracting(Message::timesConsumed).containsExactly(1, 1);
            assertThat(peer.ack(taken.get(1)).responseCode()).isEqualTo(ResponseCode.NO_MESSAGE);
        }
    }

    @Test
    void anAttemptGetsTheSameMessagesAgain() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a");
            List<Message> none = List.of();
            List<Message> taken = none;
            while (taken.isEmpty()) {
                taken = peer.messages(broker.ask(PopPeer.ordered("g", "orders", LONG_MS, 1, "one")));
            }

            assertThat(peer.messages(broker.ask(PopPeer.ordered("g", "orders", LONG_MS, 1, "two"))))
                    .isEmpty();
            List<Message> again = peer.messages(broker.ask(PopPeer.ordered("g", "orders", LONG_MS, 1, "one")));

            assertThat(PopPeer.bodies(again)).containsExactly("a");
            assertThat(again.getFirst().timesConsumed()).isZero();
        }
    }

    @Test
    void keepsOrderOverARestart() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b", "c");
            List<Message> taken = orderedUntil(peer, LONG_MS, 2);
            peer.ack(taken.getFirst());
            peer.hide(taken.get(1), SHORT_MS);
        }
        try (RunningBroker broker = new RunningBroker(folder)) {
            List<Message> again = orderedUntil(peer(broker), LONG_MS, 2);

            assertThat(PopPeer.bodies(again)).containsExactly("b", "c");
            assertThat(again).extracting(Message::timesConsumed).containsExactly(1, 0);
        }
    }

    /** Takes in order until messages come. */
    private static List<Message> orderedUntil(PopPeer peer, long invisibleMs, int count) {
        long end = System.nanoTime() + 20_000_000_000L;
        // The queue is dispatched behind the log: wait until everything can be read.
        List<Message> taken = List.of();
        while (taken.isEmpty() && System.nanoTime() < end) {
            boolean isReadable = peer.broker()
                                    .ask(new QueueRequest.GetMaxOffset("orders", 0))
                                    .number("offset")
                            >= 3
                    || count == 1;
            taken = isReadable
                    ? peer.messages(peer.broker().ask(PopPeer.ordered("g", "orders", invisibleMs, count, null)))
                    : List.of();
        }
        return taken;
    }

    @Test
    void aGroupMayPullInBetween() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b");
            peer.popUntil(LONG_MS, 2).forEach(peer::ack);
            peer.send(0, "", "c");
            PullMessage.Filter all = new PullMessage.Filter("*", "TAG", 0);

            long offset = broker.ask(new QueueRequest.QueryConsumerOffset("g", "orders", 0, null))
                    .number("offset");
            Answer pulled = broker.ask(
                    new PullMessage("g", "orders", 0, offset, new PullMessage.Limits(32, -1), 4 | 2, 0, 10_000, all));
            broker.ask(new QueueRequest.UpdateConsumerOffset("g", "orders", 0, 3));
            peer.send(0, "", "d");

            assertThat(new String(
                            StoredMessage.decode(ByteBuffer.wrap(pulled.body()), 0)
                                    .body(),
                            StandardCharsets.UTF_8))
                    .isEqualTo("c");
            assertThat(PopPeer.bodies(peer.popUntil(LONG_MS, 1))).containsExactly("d");
        }
    }

    @Test
    void aRequestThatWaitsIsWokenByAMessage() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "first");
            peer.popUntil(LONG_MS, 1);
            CompletableFuture<Answer> one = peer.popLater(LONG_MS, 15_000);
            CompletableFuture<Answer> two = peer.popLater(LONG_MS, 15_000);
            CompletableFuture<Answer> none = broker.askLater(
                    new PopRequest.Pop("g", "orders", 1, 32, LONG_MS, 15_000, null, 0, "TAG", "other", null, null));

            peer.send(0, "", "second");
            Answer woken = (Answer) CompletableFuture.anyOf(one, two).join();
            peer.send(1, "", "third");
            CompletableFuture.allOf(one, two).join();

            assertThat(PopPeer.bodies(peer.messages(woken))).containsExactly("second");
            assertThat(none).isNotDone();
        }
    }

    @Test
    void aRequestThatWaitsGetsWhatIsDeliveredAgain() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a");
            peer.popUntil(SHORT_MS, 1);

            Answer woken = peer.popLater(LONG_MS, 15_000).join();

            assertThat(PopPeer.bodies(peer.messages(woken))).containsExactly("a");
        }
    }

    @Test
    void tellsWhenTheTimeToWaitIsOver() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a");
            peer.popUntil(LONG_MS, 1);

            Answer waited = peer.popLater(LONG_MS, 120).join();
            Answer late = broker.ask(new PopRequest.Pop(
                    "g",
                    "orders",
                    -1,
                    32,
                    LONG_MS,
                    1000,
                    System.currentTimeMillis() - 5000,
                    0,
                    null,
                    null,
                    null,
                    null));

            assertThat(waited.responseCode()).isEqualTo(ResponseCode.POLLING_TIMEOUT);
            assertThat(waited.fields()).containsKeys("popTime", "invisibleTime", "reviveQid", "restNum");
            assertThat(late.responseCode()).isEqualTo(ResponseCode.POLLING_TIMEOUT);
            assertThat(late.remark()).contains("too late");
        }
    }

    @Test
    void filtersByTagAndByExpression() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "TAGS\u0001A\u0002n\u00011\u0002", "a");
            peer.send(0, "TAGS\u0001B\u0002n\u00012\u0002", "b");
            peer.send(0, "TAGS\u0001A\u0002n\u00013\u0002", "c");
            broker.ask(new PopRequest.Pop("warm", "orders", 0, 3, LONG_MS, 5000, null, 0, null, null, null, null));

            assertThat(filtered(broker, "tags", "TAG", "A", 2)).containsExactly("a", "c");
            assertThat(filtered(broker, "sql", "SQL92", "n > 1", 2)).containsExactly("b", "c");
            Answer bad = broker.ask(
                    new PopRequest.Pop("bad", "orders", 0, 3, LONG_MS, 0, null, 0, "SQL92", "n >", null, null));
            assertThat(bad.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
        }
    }

    private static List<String> filtered(RunningBroker broker, String group, String type, String filter, int count) {
        PopPeer peer = new PopPeer(broker, group, "orders");
        List<String> bodies = new ArrayList<>();
        while (bodies.size() < count) {
            bodies.addAll(PopPeer.bodies(peer.messages(broker.ask(
                    new PopRequest.Pop(group, "orders", 0, 32, LONG_MS, 5000, null, 0, type, filter, null, null)))));
        }
        return bodies;
    }

    @Test
    void refusesWhatIsBeyondItsLimits() {
        try (RunningBroker broker = new RunningBroker(
                folder, "broker.pop.in-flight-max=33", "broker.pop.polls-max=1", "broker.pop.invisible-max=2m")) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b");
            List<Message> taken = peer.popUntil(LONG_MS, 2);

            Answer full = broker.ask(peer.request(LONG_MS, 0));
            Answer tooLong = broker.ask(peer.request(120_001, 0));
            Answer tooMany =
                    broker.ask(new PopRequest.Pop("g", "orders", -1, 33, LONG_MS, 0, null, 0, null, null, null, null));
            Answer noQueue = broker.ask(PopPeer.request("g", "orders", 64, LONG_MS, 0));
            Answer noTopic = broker.ask(PopPeer.request("g", "none", -1, LONG_MS, 0));
            taken.forEach(peer::ack);
            CompletableFuture<Answer> first = peer.popLater(LONG_MS, 2_000);
            Answer second = peer.popLater(LONG_MS, 2_000).join();

            assertThat(full.responseCode()).isEqualTo(ResponseCode.POLLING_FULL);
            assertThat(full.remark()).contains("broker.pop.in-flight-max is 33");
            assertThat(tooLong.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(tooLong.remark()).contains("broker.pop.invisible-max");
            assertThat(tooMany.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(noQueue.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
            assertThat(noTopic.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
            assertThat(second.responseCode()).isEqualTo(ResponseCode.POLLING_FULL);
            assertThat(first.join().responseCode()).isEqualTo(ResponseCode.POLLING_TIMEOUT);
        }
    }

    @Test
    void looksWithoutTaking() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            CompletableFuture<Answer> notified;
            peer.send(0, "", "a");
            peer.popUntil(LONG_MS, 1).forEach(peer::ack);
            PopRequest.Peek peek = new PopRequest.Peek("g", "orders", -1, 32);
            PopRequest.Notification notification =
                    new PopRequest.Notification("g", "orders", -1, 15_000, null, null, null);
            assertThat(broker.ask(peek).responseCode()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
            notified = broker.askLater(notification);
            Answer info = broker.ask(new PopRequest.PollingInfo("g", "orders", -1));

            peer.send(0, "", "b");

            assertThat(info.number("pollingNum")).isEqualTo(1);
            assertThat(notified.join().text("hasMsg")).isEqualTo("true");
            assertThat(PopPeer.bodies(peer.messages(withStarts(broker.ask(peek)))))
                    .containsExactly("b");
            assertThat(PopPeer.bodies(peer.popUntil(LONG_MS, 1))).containsExactly("b");
            Answer nothing = broker.ask(new PopRequest.Notification("g", "orders", -1, 60, null, null, null));
            assertThat(nothing.text("hasMsg")).isEqualTo("false");
        }
    }

    private static Answer withStarts(Answer peeked) {
        Map<String, String> fields = new HashMap<>(peeked.fields());
        fields.put("startOffsetInfo", "0 0 0");
        return new Answer(peeked.code(), peeked.remark(), fields, peeked.body());
    }

    @Test
    void aGroupThatBeginsAtTheEndGetsWhatIsYoung() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b");

            List<Message> taken = List.of();
            while (taken.isEmpty()) {
                taken = peer.messages(broker.ask(new PopRequest.Pop(
                        "new", "orders", 0, 32, LONG_MS, 5000, null, PopRequest.Pop.FROM_MAX, null, null, null, null)));
            }

            assertThat(taken.getFirst().body()).isEqualTo("a");
        }
    }

    @Test
    void aGroupThatIsMovedBackTakesAgain() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a", "b", "c");
            List<Message> taken = peer.popUntil(LONG_MS, 3);
            taken.forEach(peer::ack);

            Answer moved = broker.ask(new GroupRequest.ResetOffset("g", "orders", 0, 1L, -1, null));

            assertThat(moved.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(PopPeer.bodies(peer.popUntil(LONG_MS, 2))).containsExactly("b", "c");
        }
    }

    @Test
    void aTopicThatIsDeletedTakesItsRetryTopicAlong() {
        try (RunningBroker broker = new RunningBroker(folder)) {
            PopPeer peer = peer(broker);
            peer.send(0, "", "a");
            peer.popUntil(SHORT_MS, 1);
            peer.popUntil(LONG_MS, 1);

            broker.ask(new TopicRequest.DeleteTopic("orders"));

            assertThat(broker.ask(new TopicRequest.GetTopicConfig("%RETRY%g_orders"))
                            .responseCode())
                    .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
            assertThat(broker.ask(peer.request(LONG_MS, 0)).responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
            peer.send(0, "", "b");
            assertThat(PopPeer.bodies(peer.popUntil(LONG_MS, 1))).containsExactly("b");
        }
    }
}
