package dev.millrace.namesrv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.namesrv.settings.NamesrvConfig;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest.AddWritePermission;
import dev.millrace.protocol.command.NamesrvRequest.BrokerHeartbeat;
import dev.millrace.protocol.command.NamesrvRequest.DeleteKeyValue;
import dev.millrace.protocol.command.NamesrvRequest.DeleteTopicRoute;
import dev.millrace.protocol.command.NamesrvRequest.GetAllTopics;
import dev.millrace.protocol.command.NamesrvRequest.GetClusterInfo;
import dev.millrace.protocol.command.NamesrvRequest.GetKeyValue;
import dev.millrace.protocol.command.NamesrvRequest.GetKeyValues;
import dev.millrace.protocol.command.NamesrvRequest.GetNamesrvConfig;
import dev.millrace.protocol.command.NamesrvRequest.GetSystemTopics;
import dev.millrace.protocol.command.NamesrvRequest.GetTopicsByCluster;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitSubscriptionNonUnitTopics;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitSubscriptionTopics;
import dev.millrace.protocol.command.NamesrvRequest.GetUnitTopics;
import dev.millrace.protocol.command.NamesrvRequest.PutKeyValue;
import dev.millrace.protocol.command.NamesrvRequest.QueryDataVersion;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.command.NamesrvRequest.UnregisterBroker;
import dev.millrace.protocol.command.NamesrvRequest.UpdateNamesrvConfig;
import dev.millrace.protocol.command.NamesrvRequest.WipeWritePermission;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamesrvTest {
    private static final String A = "10.0.0.1:10911";
    private static final String B = "10.0.0.2:10911";
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final IoThreads io = IoThreads.start(1);
    private final Namesrv namesrv = start("namesrv.expiry-scan-interval", "10ms");
    private final Peer broker = new Peer(io, namesrv.port());
    private final Peer tool = new Peer(io, namesrv.port());

    private Namesrv start(String key, String value) {
        Map<String, String> values = new HashMap<>(Map.of("namesrv.host", "127.0.0.1", "namesrv.port", "0"));
        values.put(key, value);
        NamesrvConfig config = Settings.bind(NamesrvConfig.class, values);
        return NamesrvWiring.start(config, clock.nanos(), TransportSettings.defaults());
    }

    @AfterEach
    void stop() {
        broker.close();
        tool.close();
        namesrv.close();
        io.close();
    }

    @Test
    void tellsRouteAsStandardJson() {
        broker.register("broker-a", 0, A, "T", "U");

        assertThat(tool.route("T").text())
                .isEqualTo("{\"brokerDatas\":[{\"brokerAddrs\":{\"0\":\"10.0.0.1:10911\"},\"brokerName\":\"broker-a\","
                        + "\"cluster\":\"c\",\"enableActingMaster\":false}],\"filterServerTable\":{},"
                        + "\"queueDatas\":[{\"brokerName\":\"broker-a\",\"perm\":6,\"readQueueNums\":4,"
                        + "\"topicSysFlag\":0,\"writeQueueNums\":4}]}");
    }

    @Test
    void saysWhenTopicIsUnknown() {
        Peer.Answer answer = tool.route("nowhere");

        assertThat(answer.code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST.number());
        assertThat(answer.remark()).startsWith("No topic route info in name server for the topic: nowhere");
    }

    @Test
    void tellsReplicaItsMaster() {
        broker.register("broker-a", 0, A, "T", "U");

        Peer.Answer answer = broker.register("broker-a", 1, B, "T", "U");

        assertThat(answer.fields()).containsEntry("masterAddr", A).containsEntry("haServerAddr", A + "1");
        assertThat(tool.route("T").text()).contains("\"1\":\"" + B + "\"");
    }

    @Test
    void takesNoTopicsFromReplica() {
        broker.register("broker-a", 1, B, "T", "U");

        assertThat(tool.route("T").code()).isEqualTo(ResponseCode.TOPIC_NOT_EXIST.number());
    }

    @Test
    void takesTopicsWithoutWriteFromLowestReplicaThatMayAct() {
        RegisterBroker plain = Peer.registration("broker-a", 1, B, Peer.topics(Peer.version(1), "T", "U"));
        broker.ask(new RegisterBroker(
                plain.brokerName(),
                plain.brokerAddr(),
                plain.clusterName(),
                plain.haServerAddr(),
                plain.brokerId(),
                null,
                true,
                false,
                0,
                plain.body()));

        assertThat(tool.route("T").text()).contains("\"perm\":4").contains("\"1\":\"" + B + "\"");

        tool.ask(update("namesrv.support-acting-master=true"));
        assertThat(tool.route("T").text()).contains("\"brokerAddrs\":{\"0\":\"" + B + "\"}");
    }

    @Test
    void refusesFirstRegistrationWithSingleTopic() {
        Peer.Answer answer = broker.register("broker-a", 0, A, "T");

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR.number());
        assertThat(answer.remark()).startsWith("register broker failed");
    }

    @Test
    void refusesWrongChecksum() {
        RegisterBroker plain = Peer.registration("broker-a", 0, A, Peer.topics(Peer.version(1), "T", "U"));

        Peer.Answer answer =
                broker.ask(new RegisterBroker("broker-a", A, "c", A, 0, null, null, false, 12345, plain.body()));

        assertThat(answer.code()).isEqualTo(ResponseCode.SYSTEM_ERROR.number());
        assertThat(answer.remark()).startsWith("crc32 not match");
    }

    @Test
    void ignoresOlderBrokerWithTheSameId() {
        TopicConfigTable newer = Peer.topics(new DataVersion(1, 7, 1), "T", "U");
        broker.ask(Peer.registration("broker-a", 0, A, newer));

        Peer.Answer answer = tool.register("broker-a", 0, B, "T", "U");

        assertThat(answer.isSuccess()).isTrue();
        assertThat(tool.route("T").text()).contains(A).doesNotContain(B);
    }

    @Test
    void movesAddressToItsNewId() {
        broker.register("broker-a", 0, A, "T", "U");
        broker.register("broker-a", 1, B, "T", "U");
        broker.register("broker-a", 0, B, "T", "U");

        assertThat(tool.route("T").text()).contains("\"brokerAddrs\":{\"0\":\"" + B + "\"}");
    }

    @Test
    void takesTopicsAgainOnlyWhenTheirVersionChanged() {
        broker.register("broker-a", 0, A, "T", "U");
        TopicConfig wide = TopicConfig.of("T", 16, 6);
        Map<String, TopicConfig> changed = Map.of("T", wide, "U", wide);

        broker.ask(Peer.registration("broker-a", 0, A, new TopicConfigTable(Peer.version(1), changed)));
        String same = tool.route("T").text();
        broker.ask(Peer.registration("broker-a", 0, A, new TopicConfigTable(Peer.version(2), changed)));

        assertThat(same).contains("\"readQueueNums\":4");
        assertThat(tool.route("T").text()).contains("\"readQueueNums\":16");
    }

    @Test
    void keepsTopicsThatRegistrationDoesNotNameUnlessToldOtherwise() {
        broker.register("broker-a", 0, A, "T", "U", "V");
        broker.ask(Peer.registration("broker-a", 0, A, Peer.topics(Peer.version(2), "T", "U")));
        boolean isKept = tool.route("V").isSuccess();
        tool.ask(update("namesrv.delete-topics-with-registration=true"));
        broker.ask(Peer.registration("broker-a", 0, A, Peer.topics(Peer.version(3), "T", "U")));

        assertThat(isKept).isTrue();
        assertThat(tool.route("V").isSuccess()).isFalse();
    }

    @Test
    void unregistersBroker() {
        broker.register("broker-a", 0, A, "T", "U");

        broker.ask(new UnregisterBroker("broker-a", A, "c", 0));

        assertThat(tool.route("T").isSuccess()).isFalse();
        assertThat(tool.ask(new GetClusterInfo()).text()).isEqualTo("{\"brokerAddrTable\":{},\"clusterAddrTable\":{}}");
    }

    @Test
    void forgetsBrokerWhenItsConnectionCloses() {
        broker.register("broker-a", 0, A, "T", "U");

        broker.close();

        awaitThat(() -> !tool.route("T").isSuccess());
    }

    @Test
    void keepsBrokerThatRegisteredOverAnotherConnection() {
        broker.register("broker-a", 0, A, "T", "U");
        try (Peer second = new Peer(io, namesrv.port())) {
            second.register("broker-a", 0, A, "T", "U");
            second.register("other", 0, B, "X", "Y");
            tool.register("broker-a", 0, A, "T", "U");
        }

        awaitThat(() -> !tool.route("X").isSuccess());
        assertThat(tool.route("T").isSuccess()).isTrue();
    }

    @Test
    void forgetsSilentBroker() {
        broker.register("broker-a", 0, A, "T", "U");
        clock.advance(Duration.ofSeconds(119));
        broker.ask(new BrokerHeartbeat("c", A, "broker-a", 0L, null, null, null, null, null));
        clock.advance(Duration.ofSeconds(119));
        boolean isKept = tool.route("T").isSuccess();

        clock.advance(Duration.ofSeconds(2));

        assertThat(isKept).isTrue();
        awaitThat(() -> !tool.route("T").isSuccess());
    }

    @Test
    void saysWhetherTopicsChanged() {
        broker.register("broker-a", 0, A, "T", "U");

        Peer.Answer same = broker.ask(query(Peer.version(1)));
        Peer.Answer other = broker.ask(query(Peer.version(2)));

        assertThat(same.fields()).containsEntry("changed", "false");
        assertThat(other.fields()).containsEntry("changed", "true");
        assertThat(other.text()).isEqualTo("{\"counter\":1,\"stateVersion\":0,\"timestamp\":1}");
    }

    private static QueryDataVersion query(DataVersion version) {
        return new QueryDataVersion("broker-a", A, "c", 0, ByteBuffer.wrap(BodyJson.write(version)));
    }

    @Test
    void listsTopics() {
        Map<String, TopicConfig> topics = Map.of(
                "plain",
                flagged("plain", 0),
                "unit",
                flagged("unit", 1),
                "sub",
                flagged("sub", 2),
                "both",
                flagged("both", 3));
        broker.ask(Peer.registration("broker-a", 0, A, new TopicConfigTable(Peer.version(1), topics)));

        assertThat(tool.ask(new GetAllTopics()).text())
                .isEqualTo("{\"topicList\":[\"both\",\"plain\",\"sub\",\"unit\"]}");
        assertThat(tool.ask(new GetTopicsByCluster("c")).text()).contains("plain");
        assertThat(tool.ask(new GetTopicsByCluster("d")).text()).isEqualTo("{\"topicList\":[]}");
        assertThat(tool.ask(new GetSystemTopics()).text())
                .isEqualTo("{\"brokerAddr\":\"" + A + "\",\"topicList\":[\"broker-a\",\"c\"]}");
        assertThat(tool.ask(new GetUnitTopics()).text()).isEqualTo("{\"topicList\":[\"both\",\"unit\"]}");
        assertThat(tool.ask(new GetUnitSubscriptionTopics()).text()).isEqualTo("{\"topicList\":[\"both\",\"sub\"]}");
        assertThat(tool.ask(new GetUnitSubscriptionNonUnitTopics()).text()).isEqualTo("{\"topicList\":[\"sub\"]}");
    }

    private static TopicConfig flagged(String name, int flags) {
        return new TopicConfig(Map.of(), false, 6, 4, null, name, flags, 4);
    }

    @Test
    void changesWritePermissions() {
        broker.register("broker-a", 0, A, "T", "U");

        Peer.Answer wiped = tool.ask(new WipeWritePermission("broker-a"));
        String without = tool.route("T").text();
        Peer.Answer added = tool.ask(new AddWritePermission("broker-a"));

        assertThat(wiped.fields()).containsEntry("wipeTopicCount", "2");
        assertThat(without).contains("\"perm\":4");
        assertThat(added.fields()).containsEntry("addTopicCount", "2");
        assertThat(tool.route("T").text()).contains("\"perm\":6");
    }

    @Test
    void deletesTopic() {
        broker.register("broker-a", 0, A, "T", "U");

        tool.ask(new DeleteTopicRoute("T", "d"));
        boolean isKept = tool.route("T").isSuccess();
        tool.ask(new DeleteTopicRoute("T", null));

        assertThat(isKept).isTrue();
        assertThat(tool.route("T").isSuccess()).isFalse();
    }

    @Test
    void keepsValues() {
        tool.ask(new PutKeyValue("ns", "k", "v"));

        Peer.Answer found = tool.ask(new GetKeyValue("ns", "k"));
        Peer.Answer all = tool.ask(new GetKeyValues("ns"));
        tool.ask(new DeleteKeyValue("ns", "k"));

        assertThat(found.fields()).containsEntry("value", "v");
        assertThat(all.text()).isEqualTo("{\"table\":{\"k\":\"v\"}}");
        assertThat(tool.ask(new GetKeyValue("ns", "k")).code()).isEqualTo(ResponseCode.QUERY_NOT_FOUND.number());
        assertThat(tool.ask(new GetKeyValues("ns")).code()).isEqualTo(ResponseCode.QUERY_NOT_FOUND.number());
    }

    @Test
    void tellsOrderConfigurationToBrokersAndOnRequestToClients() {
        tool.ask(new PutKeyValue("ORDER_TOPIC_CONFIG", "T", "broker-a:4"));

        Peer.Answer registered = broker.register("broker-a", 0, A, "T", "U");
        String without = tool.route("T").text();
        tool.ask(update("namesrv.order-topics-in-route=true"));

        assertThat(registered.text()).isEqualTo("{\"table\":{\"T\":\"broker-a:4\"}}");
        assertThat(without).doesNotContain("orderTopicConf");
        assertThat(tool.route("T").text()).contains("\"orderTopicConf\":\"broker-a:4\"");
    }

    @Test
    void tellsAndChangesItsSettings() {
        Peer.Answer refused = tool.ask(update("namesrv.port=1"));
        Peer.Answer unknown = tool.ask(update("namesrv.broker-expiri=1s"));
        Peer.Answer changed = tool.ask(update("namesrv.broker-expiry=7s"));

        assertThat(refused.code()).isEqualTo(ResponseCode.NO_PERMISSION.number());
        assertThat(refused.remark()).contains("namesrv.port=1 can't change while the NameServer runs");
        assertThat(unknown.code()).isEqualTo(ResponseCode.SYSTEM_ERROR.number());
        assertThat(unknown.remark()).contains("did you mean namesrv.broker-expiry?");
        assertThat(changed.isSuccess()).isTrue();
        assertThat(tool.ask(new GetNamesrvConfig()).text()).contains("namesrv.broker-expiry=7s\n");
    }

    private static UpdateNamesrvConfig update(String properties) {
        return new UpdateNamesrvConfig(ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void refusesPortInUse() {
        assertThatThrownBy(() -> start("namesrv.port", String.valueOf(namesrv.port())))
                .hasMessageStartingWith("can't listen on 127.0.0.1:" + namesrv.port())
                .hasMessageEndingWith("end what uses the port, or configure another port or host");
    }

    /** Asks again until it holds. */
    private static void awaitThat(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - start).isLessThan(DEADLINE_NANOS);
        }
    }
}
