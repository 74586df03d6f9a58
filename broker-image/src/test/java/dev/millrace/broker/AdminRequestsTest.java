package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.RunningBroker.Answer;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.ConsumerStatus;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigs;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.body.ProducerData;
import dev.millrace.protocol.body.RetryPolicy;
import dev.millrace.protocol.body.SubscriptionData;
import dev.millrace.protocol.body.TopicConfigs;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.GroupRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.RelayedRequest;
import dev.millrace.protocol.command.SettingsRequest;
import dev.millrace.protocol.command.TopicRequest;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tools ask and change: groups moved, cloned and shown, questions passed on to consumers. */
final class AdminRequestsTest {
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

    private static PullMessage pull(String group, String topic, long offset, long waitMs) {
        int flag = PullMessage.FLAG_SUBSCRIPTION | (waitMs > 0 ? PullMessage.FLAG_SUSPEND : 0);
        return new PullMessage(
                group,
                topic,
                0,
                offset,
                new PullMessage.Limits(32, -1),
                flag,
                0,
                waitMs,
                new PullMessage.Filter("*", "TAG", 0));
    }

    private static MemberRequest.Heartbeat consumer(String clientId, String group, String model, String... topics) {
        Set<SubscriptionData> subscriptions = new HashSet<>();
        for (String topic : topics) {
            subscriptions.add(new SubscriptionData(false, Set.of(), "TAG", "*", 1, Set.of(), topic));
        }
        ConsumerData data =
                new ConsumerData("CONSUME_FROM_LAST_OFFSET", "CONSUME_PASSIVELY", group, model, subscriptions, false);
        return new MemberRequest.Heartbeat(
                new HeartbeatData(clientId, Set.of(data), 0, Set.of(new ProducerData("producers")), false));
    }

    private static GroupRequest.ResetOffset reset(String group, String topic, @Nullable Long offset, long time) {
        return new GroupRequest.ResetOffset(group, topic, offset == null ? null : 0, offset, time, true);
    }

    /** Stores messages in queue 0 and waits until they can be read. */
    private void store(String topic, int count) {
        for (int i = 0; i < count; i++) {
            broker.ask(message(topic, 0, "TAGS\u0001A\u0002", "m" + i));
            broker.ask(pull("waiting", topic, i, 10_000));
        }
    }

    private long stored(String group, String topic) {
        return broker.ask(new QueueRequest.QueryConsumerOffset(group, topic, 0, null))
                .number("offset");
    }

    private static String text(Answer answer) {
        return new String(answer.body(), UTF_8);
    }

    @Test
    void tellsAWaitingPullThatItsGroupWasMoved() {
        store("moves", 3);
        broker.ask(new QueueRequest.UpdateConsumerOffset("readers", "moves", 0, 3));
        CompletableFuture<Answer> waiting = broker.askLater(pull("readers", "moves", 3, 15_000));
        CompletableFuture<Answer> other = broker.askLater(pull("others", "moves", 3, 15_000));
        broker.ask(pull("readers", "moves", 3, 0)); // both wait by now: one connection is served in order

        Answer moved = broker.ask(reset("readers", "moves", null, 0));

        assertThat(text(moved)).contains("\"queueId\":0", ":0}");
        assertThat(waiting.join().responseCode()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(waiting.join().number("nextBeginOffset")).isZero();
        assertThat(stored("readers", "moves")).isZero();
        broker.ask(message("moves", 0, "", "m3"));
        assertThat(other.join().responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void ignoresWhatAGroupStoresBeforeItHearsThatItWasMoved() {
        store("stale", 3);
        broker.ask(consumer("c1", "readers", "CLUSTERING", "stale"));
        broker.ask(reset("readers", "stale", 1L, 0));

        broker.ask(new QueueRequest.UpdateConsumerOffset("readers", "stale", 0, 3));
        long before = stored("readers", "stale");
        Answer told = broker.ask(pull("readers", "stale", 3, 0));
        Answer next = broker.ask(pull("readers", "stale", 1, 0));
        broker.ask(new QueueRequest.UpdateConsumerOffset("readers", "stale", 0, 2));

        assertThat(before).isEqualTo(1);
        assertThat(told.responseCode()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(told.number("nextBeginOffset")).isEqualTo(1);
        assertThat(next.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored("readers", "stale")).isEqualTo(2);
    }

    @Test
    void storesWhatAToolStoresAfterItMovedAGroupThatIsNotRunning() {
        store("idle", 3);
        broker.ask(pull("sleepers", "idle", 0, 0));
        broker.ask(reset("sleepers", "idle", 1L, 0));

        broker.ask(new QueueRequest.UpdateConsumerOffset("sleepers", "idle", 0, 2));

        assertThat(stored("sleepers", "idle")).isEqualTo(2);
        assertThat(broker.ask(pull("sleepers", "idle", 2, 0)).responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void movesAGroupBehindTheLastMessage() {
        store("skips", 3);
        broker.ask(pull("readers", "skips", 0, 0));

        broker.ask(reset("readers", "skips", null, -1));

        assertThat(stored("readers", "skips")).isEqualTo(3);
    }

    @Test
    void refusesToMoveIntoNowhereWithValues() {
        store("nowhere", 3);
        broker.ask(pull("readers", "nowhere", 0, 0));

        Answer beyond = broker.ask(reset("readers", "nowhere", 4L, 0));
        Answer topic = broker.ask(reset("readers", "unknown", null, 0));
        Answer group = broker.ask(reset("nobody", "nowhere", null, 0));
        Answer queue = broker.ask(new GroupRequest.ResetOffset("readers", "nowhere", 44, 0L, 0, true));

        assertThat(beyond.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(beyond.remark()).contains("Target offset 4", "[0-3]", "nowhere");
        assertThat(topic.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(topic.remark()).contains("unknown");
        assertThat(group.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
        assertThat(group.remark()).contains("nobody");
        assertThat(queue.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(queue.remark()).contains("44", "0..3");
    }

    @Test
    void tellsBroadcastConsumersWhereTo() throws Exception {
        store("broadcasts", 2);
        try (AnsweringClient client = new AnsweringClient(broker, Reply.success())) {
            client.ask(consumer("c1", "listeners", "BROADCASTING", "broadcasts"));

            broker.ask(reset("listeners", "broadcasts", null, 0));

            Answer notice = client.nextQuestion(RequestCode.RESET_CONSUMER_CLIENT_OFFSET.number());
            assertThat(notice.text("topic")).isEqualTo("broadcasts");
            assertThat(text(notice)).contains("\"offsetTable\":{{\"brokerName\":\"broker-0\"");
        }
    }

    @Test
    void passesQuestionsOnToAConsumerAndItsAnswersBack() throws Exception {
        Answer sent = broker.ask(message("relayed", 0, "", "look at me"));
        broker.ask(pull("waiting", "relayed", 0, 10_000));
        Reply answer = Reply.success().withBody(ReplyBody.of("{\"jstack\":\"...\"}".getBytes(UTF_8)));
        try (AnsweringClient client = new AnsweringClient(broker, answer)) {
            client.ask(consumer("c1", "workers", "CLUSTERING", "relayed"));

            Answer info = broker.ask(new RelayedRequest.GetRunningInfo("workers", "c1", true));
            Answer direct = broker.ask(new RelayedRequest.ConsumeDirectly(
                    "workers", "c1", sent.text("msgId"), null, "relayed", null, null, ByteBuffer.allocate(0)));
            Answer absent = broker.ask(new RelayedRequest.GetRunningInfo("workers", "c2", null));
            Answer bad = broker.ask(new RelayedRequest.ConsumeDirectly(
                    "workers", "c1", "xyz", null, null, null, null, ByteBuffer.allocate(0)));

            assertThat(text(info)).isEqualTo("{\"jstack\":\"...\"}");
            assertThat(client.nextQuestion(307).text("jstackEnable")).isEqualTo("true");
            assertThat(direct.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            Answer question = client.nextQuestion(309);
            assertThat(question.text("brokerName")).isEqualTo("broker-0");
            assertThat(StoredMessage.decode(ByteBuffer.wrap(question.body()), 0).body())
                    .asString(UTF_8)
                    .isEqualTo("look at me");
            assertThat(absent.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
            assertThat(absent.remark()).contains("<workers> <c2> not online", "[c1]");
            assertThat(bad.remark()).contains("'xyz'");
        }
    }

    @Test
    void asksAllConsumersOfAGroupWhereTheyStand() {
        Map<MessageQueue, Long> stands = Map.of(new MessageQueue("broker-0", 0, "stands"), 7L);
        Reply answer = Reply.json(new ConsumerStatus(Map.of(), stands));
        try (AnsweringClient client = new AnsweringClient(broker, answer)) {
            client.ask(consumer("c1", "standing", "CLUSTERING", "stands"));

            Answer all = broker.ask(new GroupRequest.GetConsumerStatus("stands", "standing", null));
            Answer none = broker.ask(new GroupRequest.GetConsumerStatus("stands", "sitting", null));

            assertThat(text(all)).contains("\"c1\":{{", "}:7}");
            assertThat(none.responseCode()).isEqualTo(ResponseCode.CONSUMER_NOT_ONLINE);
        }
    }

    @Test
    void showsProgressTimesAndEntries() {
        store("shown", 3);
        broker.ask(pull("readers", "shown", 0, 0));
        broker.ask(new QueueRequest.UpdateConsumerOffset("readers", "shown", 0, 1));

        String progress = text(broker.ask(new GroupRequest.GetConsumeStats("readers", null, null)));
        String all = text(broker.ask(new GroupRequest.GetBrokerConsumeStats(false)));
        String spans = text(broker.ask(new GroupRequest.QueryTimeSpan("shown", "readers")));
        String entries = text(broker.ask(new QueueRequest.QueryEntries("shown", 0, -1, 2, null)));

        assertThat(progress).contains("\"brokerOffset\":3,\"consumerOffset\":1").contains("\"pullOffset\":3");
        assertThat(all).contains("\"readers\":[{", "\"totalDiff\":2", "\"totalInflightDiff\":2");
        assertThat(spans).contains("\"consumeTimeStamp\":", "\"queueId\":0");
        assertThat(entries).contains("\"maxQueueIndex\":3", "\"tagsCode\":65").containsOnlyOnce("\"queueData\"");
    }

    @Test
    void clonesTheOffsetsOfAGroup() {
        store("cloned", 3);
        broker.ask(new QueueRequest.UpdateConsumerOffset("source", "cloned", 0, 2));

        broker.ask(new GroupRequest.CloneOffsets("source", "target", null, null));

        assertThat(stored("target", "cloned")).isEqualTo(2);
    }

    @Test
    void definesSeveralTopicsAndGroupsAtOnceOrNone() {
        Answer topics = broker.ask(new TopicRequest.UpdateTopics(
                new TopicConfigs(List.of(TopicConfig.of("list-a", 2, 6), TopicConfig.of("list-b", 3, 6)))));
        Answer bad = broker.ask(new TopicRequest.UpdateTopics(
                new TopicConfigs(List.of(TopicConfig.of("list-c", 2, 6), TopicConfig.of("list-d", 0, 6)))));
        Answer groups = broker.ask(new GroupRequest.UpdateGroups(
                new GroupConfigs(List.of(GroupConfig.of("group-a"), GroupConfig.of("group-b")))));

        assertThat(topics.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(text(broker.ask(new TopicRequest.GetTopicConfig("list-b")))).contains("\"readQueueNums\":3");
        assertThat(bad.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(broker.ask(new TopicRequest.GetTopicConfig("list-c")).responseCode())
                .isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
        assertThat(groups.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(broker.ask(new GroupRequest.GetGroupConfig("group-b")).responseCode())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void retriesAfterThePausesThatAGroupChose() {
        store("paused", 1);
        broker.ask(new GroupRequest.UpdateGroup(policy("impatient", List.of(0L, 0L, 300L))));
        Answer pulled = broker.ask(pull("impatient", "paused", 0, 0));
        long position =
                StoredMessage.decode(ByteBuffer.wrap(pulled.body()), 0).place().position();
        broker.ask(consumer("c1", "impatient", "CLUSTERING", "paused"));

        broker.ask(new MemberRequest.SendBack(position, "impatient", 0, null, "paused", null, null));
        Answer retried = broker.ask(pull("impatient", "%RETRY%impatient", 0, 9_000)); // a delay level takes 10 s

        StoredMessage again = StoredMessage.decode(ByteBuffer.wrap(retried.body()), 0);
        assertThat(again.timesConsumed()).isEqualTo(1);
        assertThat(again.properties()).containsEntry("RETRY_TOPIC", "paused");
    }

    private static GroupConfig policy(String group, List<Long> pauses) {
        RetryPolicy policy = new RetryPolicy(new RetryPolicy.Custom(pauses), null, RetryPolicy.CUSTOMIZED);
        return new GroupConfig(Map.of(), null, null, null, null, null, null, group, policy, 0, null, null, null, null);
    }

    @Test
    void refusesPausesWithoutSense() {
        Answer answer = broker.ask(new GroupRequest.UpdateGroup(policy("hasty", List.of(-1L))));

        assertThat(answer.responseCode()).isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(answer.remark()).contains("[-1]", "below 0");
    }

    @Test
    void forbidsAGroupToReadATopic() {
        store("closed", 1);
        broker.ask(pull("readers", "closed", 0, 0));

        String state = text(broker.ask(new GroupRequest.ForbidTopic("readers", "closed", false)));
        Answer refused = broker.ask(pull("readers", "closed", 0, 0));
        broker.close();
        broker = new RunningBroker(folder);
        Answer stillRefused = broker.ask(pull("readers", "closed", 0, 0));
        broker.ask(new GroupRequest.ForbidTopic("readers", "closed", true));

        assertThat(state).contains("\"readable\":false");
        assertThat(refused.responseCode()).isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(stillRefused.responseCode()).isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(broker.ask(pull("readers", "closed", 0, 0)).responseCode()).isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void listsTheProducersOfAllGroups() {
        Answer none = broker.ask(new GroupRequest.GetAllProducers());
        broker.ask(consumer("c1", "g", "CLUSTERING", "t"));

        Answer all = broker.ask(new GroupRequest.GetAllProducers());

        assertThat(none.responseCode()).isEqualTo(ResponseCode.SYSTEM_ERROR);
        assertThat(text(all)).contains("\"producers\":[{\"clientId\":\"c1\"", "\"remoteIP\":\"127.0.0.1:");
    }

    @Test
    void countsForStatistics() {
        Answer unknown = broker.ask(new SettingsRequest.ViewStatistics("TOPIC_PUT_SIZE", "t"));
        Answer template = broker.ask(new SettingsRequest.ViewStatistics("TOPIC_PUT_NUMS", "TBW102"));

        assertThat(unknown.remark()).contains("TOPIC_PUT_SIZE", "GROUP_GET_NUMS");
        assertThat(text(template)).contains("\"statsMinute\":{\"avgpt\":0.0,\"sum\":0");
        store("BenchmarkTest", 2);
        assertThat(text(broker.ask(new SettingsRequest.ViewStatistics("TOPIC_PUT_NUMS", "BenchmarkTest"))))
                .contains("\"sum\":2");
    }

    @Test
    void hidesTheTemplateWhenMessagesMayNotCreateTopics() {
        Answer before = broker.ask(new TopicRequest.GetTopicConfig("TBW102"));
        broker.close();
        broker = new RunningBroker(folder, "broker.auto-create-topics=false");

        Answer after = broker.ask(new TopicRequest.GetTopicConfig("TBW102"));

        assertThat(before.responseCode()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(after.responseCode()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST);
    }

    @Test
    void tellsThatMembersOfAGroupSubscribeDifferently() {
        broker.ask(message("north", 0, "", "x"));
        broker.ask(message("south", 0, "", "x"));
        PullMessage bySubscription = new PullMessage(
                "split", "north", 0, 0, new PullMessage.Limits(32, -1), 0, 0, 0, new PullMessage.Filter("", "TAG", 1));
        try (AnsweringClient first = new AnsweringClient(broker, Reply.success());
                AnsweringClient second = new AnsweringClient(broker, Reply.success())) {
            Answer alone = first.ask(consumer("c-north", "split", "CLUSTERING", "north"));
            String before = conflicts();
            Answer differing = second.ask(consumer("c-south", "split", "CLUSTERING", "south"));
            assertThat(alone.remark()).isEqualTo("null");
            assertThat(differing.responseCode()).isEqualTo(ResponseCode.SUCCESS);
            assertThat(differing.remark())
                    .contains("group split", "c-north {north=*}", "c-south {south=*}", "subscribe alike");

            Answer refused = first.ask(bySubscription);
            String during = conflicts();
            second.ask(new MemberRequest.UnregisterClient("c-south", null, "split"));

            assertThat(before).isEqualTo("0");
            assertThat(during).isEqualTo("1");
            assertThat(refused.responseCode()).isEqualTo(ResponseCode.SUBSCRIPTION_NOT_EXIST);
            assertThat(refused.remark()).contains("c-north {north=*}", "c-south {south=*}");
            assertThat(conflicts()).isEqualTo("0");
        }
    }

    private String conflicts() {
        KeyValueTable figures = BodyJson.read(
                KeyValueTable.class,
                broker.ask(new SettingsRequest.GetBrokerRuntimeInfo()).body());
        return figures.table().getOrDefault("consumerGroupsSubscribedDifferently", "");
    }
}
