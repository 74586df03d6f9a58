package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.body.QueueLocks;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.route.MessageQueue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BrokerRequestsTest {
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

    private static PullMessage pull(String group, String topic, int queueId, long offset, String filter, long waitMs) {
        int flag = PullMessage.FLAG_SUBSCRIPTION | (waitMs > 0 ? PullMessage.FLAG_SUSPEND : 0);
        return new PullMessage(
                group,
                topic,
                queueId,
                offset,
                new PullMessage.Limits(32, -1),
                flag,
                0,
                waitMs,
                new PullMessage.Filter(filter, "TAG", 0));
    }

    private static List<String> bodies(Answer answer) {
        ByteBuffer records = ByteBuffer.wrap(answer.body());
        List<String> bodies = new ArrayList<>();
        int at = 0;
        while (at < records.limit()) {
            bodies.add(new String(StoredMessage.decode(records, at).body(), StandardCharsets.UTF_8));
            at += records.getInt(at);
        }
        return bodies;
    }

    @Test
    void storesAndDeliversAMessageWithItsProperties() {
        Answer sent = broker.ask(message("orders", 1, "KEYS\u0001k1\u0002TAGS\u0001A\u0002", "hello"));

        Answer pulled = broker.ask(pull("g", "orders", 1, 0, "*", 5000));

        assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(sent.number("queueOffset")).isZero();
        assertThat(sent.fields()).containsKeys("msgId", "transactionId", "MSG_REGION");
        StoredMessage stored = StoredMessage.decode(ByteBuffer.wrap(pulled.body()), 0);
        assertThat(stored.properties()).containsEntry("KEYS", "k1").containsKeys("UNIQ_KEY", "CLUSTER");
        assertThat(stored.flag()).isEqualTo(7);
        assertThat(stored.place().queueId()).isEqualTo(1);
    }

    @Test
    void answersAParkedPullWhenAMessageArrives() {
        broker.store(message("parked", 0, "", "first"));
        CompletableFuture<Answer> waiting = broker.askLater(pull("g", "parked", 0, 1, "*", 15_000));

        broker.ask(message("parked", 0, "", "second"));

        assertThat(bodies(waiting.join())).containsExactly("second");
    }

    @Test
    void answersAParkedPullWithNotFoundWhenItsTimeIsOver() {
        broker.store(message("quiet", 0, "", "first"));

        Answer answer = broker.ask(pull("g", "quiet", 0, 1, "*", 100));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
        assertThat(answer.number("nextBeginOffset")).isEqualTo(1);
    }

    @Test
    void delaysNobodyWhoseTagIsNotWanted() {
        broker.ask(message("tags", 0, "TAGS\u0001A\u0002", "a"));
        broker.ask(message("tags", 0, "TAGS\u0001B\u0002", "b"));
        broker.ask(message("tags", 0, "TAGS\u0001C\u0002", "c"));
        for (int offset = 0; offset < 3; offset++) {
            broker.ask(pull("g", "tags", 0, offset, "*", 5000)); // waits for each to be readable
        }

        Answer answer = broker.ask(pull("g", "tags", 0, 0, "A || C", 5000));

        assertThat(bodies(answer)).containsExactly("a", "c");
    }

    @Test
    void movesAPullThatIsOutOfRange() {
        broker.store(message("range", 0, "", "one"));

        Answer answer = broker.ask(pull("g", "range", 0, 99, "*", 0));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(answer.number("nextBeginOffset")).isEqualTo(1);
    }

    @Test
    void refusesBadSendsWithValuesAndRemedy() {
        assertThat(broker.ask(message("bad topic!", 0, "", "x")).remark())
                .contains("'bad topic!'", "illegal characters");
        broker.ask(message("good", 0, "", "x"));
        Answer queue = broker.ask(message("good", 99, "", "x"));
        assertThat(queue.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(queue.remark()).contains("queueId[99]", "0..3");
        Answer large = broker.ask(message("good", 0, "", new byte[70_000]));
        assertThat(large.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        assertThat(large.remark()).contains("70000", "65536", "broker.body-size-max");
        Answer closed = broker.ask(message("SCHEDULE_TOPIC_XXXX", 0, "", "x"));
        assertThat(closed.responseCode()).isEqualTo(ResponseCode.NO_PERMISSION);
        Answer zero = broker.ask(message("good", 0, "p\u0001a\u0000b\u0002", "x"));
        assertThat(zero.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        Answer properties = broker.ask(message("good", 0, "p\u0001" + "v".repeat(32_700) + "\u0002", "x"));
        assertThat(properties.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
    }

    @Test
    void storesABodyLargerThanAPooledBuffer() {
        String body = "0123456789".repeat(6_000);

        Answer sent = broker.ask(message("large", 0, "", body));

        assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(bodies(broker.ask(pull("g", "large", 0, 0, "*", 5000)))).containsExactly(body);
    }

    @Test
    void refusesABatchThatDoesNotAddUp() {
        broker.ask(message("batch", 0, "", "x"));
        SendMessage whole = message("batch", 0, "", new byte[] {0, 0, 0, 99, 1, 2, 3});
        SendMessage batch = new SendMessage(
                whole.producerGroup(),
                whole.topic(),
                0,
                whole.template(),
                whole.origin(),
                whole.retry(),
                true,
                whole.properties(),
                whole.body());

        Answer answer = broker.ask(batch);

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        assertThat(answer.remark()).contains("entry 0");
    }

    @Test
    void refusesAMultiSendThatDoesNotAddUp() {
        Answer answer = broker.ask(new OwnRequest.MultiSend(ByteBuffer.wrap(new byte[] {0, 0, 0, 1, 0, 0, 0, 9})));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(answer.remark()).contains("multi-send body");
    }

    @Test
    void refusesBadPullsWithValues() {
        broker.ask(message("pulls", 0, "", "x"));

        assertThat(broker.ask(pull("g", "nowhere", 0, 0, "*", 0)).responseCode())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(broker.ask(pull("g", "pulls", 44, 0, "*", 0)).remark()).contains("queueId[44]");
        assertThat(broker.ask(pull("g", "pulls", 0, -5, "*", 0)).remark()).contains("-5");
        assertThat(broker.ask(pull("g", "pulls", 0, 0, " || ", 0)).responseCode())
                .isEqualTo(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
        assertThat(broker.ask(pull("bad group!", "pulls", 0, 0, "*", 0)).responseCode())
                .isEqualTo(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    }

    @Test
    void storesASentBackMessageInTheRetryTopicAfterItsDelay() {
        Answer sent = broker.ask(message("retries", 0, "", "again"));
        Answer pulled = broker.ask(pull("workers", "retries", 0, 0, "*", 5000));
        long position =
                StoredMessage.decode(ByteBuffer.wrap(pulled.body()), 0).place().position();
        broker.ask(heartbeat("c1", "workers", "retries"));

        Answer back = broker.ask(new MemberRequest.SendBack(position, "workers", 1, null, "retries", null, null));
        Answer retried = broker.ask(pull("workers", "%RETRY%workers", 0, 0, "*", 15_000));

        assertThat(sent.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(back.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        StoredMessage again = StoredMessage.decode(ByteBuffer.wrap(retried.body()), 0);
        assertThat(again.timesConsumed()).isEqualTo(1);
        assertThat(again.properties()).containsEntry("RETRY_TOPIC", "retries").doesNotContainKey("DELAY");
    }

    private static MemberRequest.Heartbeat heartbeat(String clientId, String group, String topic) {
        SubscriptionData subscription = new SubscriptionData(false, Set.of(), "TAG", "*", 1, Set.of(), topic);
        ConsumerData consumer = new ConsumerData(
                "CONSUME_FROM_LAST_OFFSET", "CONSUME_PASSIVELY", group, "CLUSTERING", Set.of(subscription), false);
        return new MemberRequest.Heartbeat(
                new HeartbeatData(clientId, Set.of(consumer), 0, Set.of(new ProducerData("producers")), false));
    }

    @Test
    void tellsMembersAndTheirProgress() throws InterruptedException {
        broker.ask(message("progress", 0, "", "x"));

        broker.ask(heartbeat("c1", "readers", "progress"));

        assertThat(broker.nextNotice()).isEqualTo(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED.number());
        assertThat(new String(
                        broker.ask(new MemberRequest.GetConsumerList("readers")).body(), StandardCharsets.UTF_8))
                .contains("c1");
        broker.ask(new QueueRequest.UpdateConsumerOffset("readers", "progress", 0, 1));
        assertThat(broker.ask(new QueueRequest.QueryConsumerOffset("readers", "progress", 0, null))
                        .number("offset"))
                .isEqualTo(1);
        assertThat(new String(
                        broker.ask(new GroupRequest.GetConsumeStats("readers", null, null))
                                .body(),
                        StandardCharsets.UTF_8))
                .contains("\"consumerOffset\":1");
        assertThat(broker.ask(new MemberRequest.GetConsumerList("nobody")).responseCode())
                .isEqualTo(ResponseCode.SYSTEM_ERROR);
    }

    @Test
    void givesALockToOneClientOnly() {
        Set<MessageQueue> queues = Set.of(new MessageQueue("broker-0", 0, "t"));

        Answer first = broker.ask(new MemberRequest.LockQueues(new QueueLocks("c1", "g", queues, false)));
        Answer second = broker.ask(new MemberRequest.LockQueues(new QueueLocks("c2", "g", queues, false)));

        assertThat(new String(first.body(), StandardCharsets.UTF_8)).contains("\"queueId\":0");
        assertThat(new String(second.body(), StandardCharsets.UTF_8)).isEqualTo("{\"lockOKMQSet\":[]}");
    }

    @Test
    void findsMessagesByKeyIdAndTime() {
        Answer sent = broker.ask(message("lookups", 0, "KEYS\u0001k7\u0002", "find me"));
        broker.store(message("lookups", 1, "", "behind it")); // what is readable has all before it in the index

        Answer byKey = broker.ask(new QueueRequest.QueryMessage("lookups", "k7", 32, 0, Long.MAX_VALUE, null));
        Answer byUniqueId = broker.ask(
                new QueueRequest.QueryMessage("lookups", sent.text("transactionId"), 32, 0, Long.MAX_VALUE, true));
        long position = Long.parseLong(sent.text("msgId").substring(16), 16);
        Answer byPosition = broker.ask(new QueueRequest.ViewMessage("lookups", position));
        Answer missing = broker.ask(new QueueRequest.QueryMessage("lookups", "none", 32, 0, Long.MAX_VALUE, null));

        assertThat(bodies(byKey)).containsExactly("find me");
        assertThat(bodies(byUniqueId)).containsExactly("find me");
        assertThat(bodies(byPosition)).containsExactly("find me");
        assertThat(missing.responseCode()).isEqualTo(ResponseCode.QUERY_NOT_FOUND);
        assertThat(broker.ask(new QueueRequest.SearchOffset("lookups", 0, Long.MAX_VALUE, null))
                        .number("offset"))
                .isEqualTo(1);
        assertThat(broker.ask(new QueueRequest.GetMinOffset("nowhere", 0)).number("offset"))
                .isEqualTo(-1);
        assertThat(broker.ask(new QueueRequest.ViewMessage("lookups", 1L << 40)).responseCode())
                .isEqualTo(ResponseCode.SYSTEM_ERROR);
    }

    @Test
    void createsChangesAndDeletesTopics() {
        TopicRequest.UpdateTopic create =
                new TopicRequest.UpdateTopic("made", "TBW102", 3, 3, 6, "SINGLE_TAG", 0, false, "+message.type=NORMAL");

        assertThat(broker.ask(create).responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(new String(
                        broker.ask(new TopicRequest.GetTopicConfig("made")).body(), StandardCharsets.UTF_8))
                .contains("\"readQueueNums\":3", "\"message.type\":\"NORMAL\"");
        Answer wrong = broker.ask(new TopicRequest.UpdateTopic("made", "TBW102", 0, 3, 6, null, null, false, null));
        assertThat(wrong.remark()).contains("read queue count 0");
        Answer system = broker.ask(new TopicRequest.UpdateTopic("TBW102", "TBW102", 1, 1, 6, null, null, false, null));
        assertThat(system.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(broker.ask(new TopicRequest.DeleteTopic("made")).responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
        assertThat(broker.ask(new TopicRequest.GetTopicConfig("made")).responseCode())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void keepsTopicsGroupsAndOffsetsOverARestart() {
        broker.ask(message("kept", 0, "", "x"));
        broker.ask(pull("keepers", "kept", 0, 0, "*", 5000));
        broker.ask(new QueueRequest.UpdateConsumerOffset("keepers", "kept", 0, 1));
        broker.close();

        broker = new RunningBroker(folder);

        assertThat(broker.ask(new QueueRequest.QueryConsumerOffset("keepers", "kept", 0, null))
                        .number("offset"))
                .isEqualTo(1);
        assertThat(bodies(broker.ask(pull("keepers", "kept", 0, 0, "*", 0)))).containsExactly("x");
        assertThat(broker.ask(new GroupRequest.GetGroupConfig("keepers")).responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void showsItsFiguresAndSettings() {
        String figures = new String(
                broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body(), StandardCharsets.UTF_8);

        assertThat(figures).contains("\"putTps\"", "\"commitLogMaxOffset\"", "\"brokerVersionDesc\"");
        assertThat(new String(broker.ask(new SettingsRequest.GetBrokerConfig()).body(), StandardCharsets.UTF_8))
                .contains("broker.name=broker-0");
    }

    @Test
    void createsNoTopicWhenThatIsOff() {
        broker.close();
        broker = new RunningBroker(folder, "broker.auto-create-topics=false", "broker.auto-create-groups=false");

        Answer answer = broker.ask(message("unknown", 0, "", "x"));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(answer.remark()).contains("unknown", "broker.auto-create-topics");
        assertThat(broker.ask(pull("g", "TBW102", 0, 0, "*", 0)).responseCode())
                .isEqualTo(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
        assertThat(broker.ask(heartbeat("c1", "g", "TBW102")).remark())
                .isEqualTo("there is no consumer group g; create it, or set broker.auto-create-groups=true");
    }

    @Test
    void remarksOnAGroupWhoseNameIsNoName() {
        assertThat(broker.ask(heartbeat("c1", "a b", "t")).remark()).contains("'a b' contains illegal characters");
    }

    @Test
    void refusesSendsWhenTheDiskIsFullAndServesReads() {
        broker.ask(message("full", 0, "", "before"));
        broker.close();
        broker = new RunningBroker(folder, "store.disk.reserve=4096TiB");

        Answer refused = broker.ask(message("full", 0, "", "x"));

        assertThat(refused.responseCode()).isEqualTo(ResponseCode.SERVICE_NOT_AVAILABLE);
        assertThat(refused.remark()).contains("the disk is full");
        assertThat(bodies(broker.ask(pull("g", "full", 0, 0, "*", 0)))).containsExactly("before");
    }
}
