package dev.millrace.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.body.AssignmentQuery;
import dev.millrace.protocol.body.BatchAcks;
import dev.millrace.protocol.body.ClientConfigCheck;
import dev.millrace.protocol.body.ConsumeStats;
import dev.millrace.protocol.body.ConsumerConnections;
import dev.millrace.protocol.body.ConsumerList;
import dev.millrace.protocol.body.ConsumerOffsets;
import dev.millrace.protocol.body.GroupConfig;
import dev.millrace.protocol.body.GroupConfigTable;
import dev.millrace.protocol.body.GroupList;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.KeyValueTable;
import dev.millrace.protocol.body.LockedQueues;
import dev.millrace.protocol.body.ProducerConnections;
import dev.millrace.protocol.body.QueueLocks;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.body.TopicList;
import dev.millrace.protocol.body.TopicStats;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.ClusterInfo;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.route.TopicRoute;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyJsonTest {
    enum Colour {
        RED,
        GREEN
    }

    record Sample(
            int number,
            @Nullable Long big,
            double ratio,
            boolean isOn,
            @Nullable Colour colour,
            @Nullable String text,
            Map<Integer, String> byNumber) {}

    @ParameterizedTest
    @ValueSource(
            classes = {
                AssignmentQuery.class,
                BatchAcks.class,
                ClientConfigCheck.class,
                ConsumeStats.class,
                ConsumerConnections.class,
                ConsumerList.class,
                ConsumerOffsets.class,
                GroupConfigTable.class,
                GroupList.class,
                HeartbeatData.class,
                KeyValueTable.class,
                LockedQueues.class,
                ProducerConnections.class,
                QueueLocks.class,
                RegisterBrokerBody.class,
                RequestModes.class,
                TopicList.class,
                TopicStats.class,
                ClusterInfo.class,
                DataVersion.class,
                TopicRoute.class
            })
    void carriesEveryBody(Class<? extends Record> type) {
        for (int seed = 0; seed < 40; seed++) {
            Record sent = new RandomRecords(seed).record(type);

            Record received = BodyJson.read(type, BodyJson.write(sent));

            assertThat(received).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    void readsUnquotedNumberKeys() {
        BrokerData broker = BodyJson.read(
                BrokerData.class, json("{'brokerAddrs':{0:'h:1', 12 : 'h:2'},'brokerName':'b','cluster':'c'}"));

        assertThat(broker.brokerAddrs()).isEqualTo(Map.of(0L, "h:1", 12L, "h:2"));
    }

    @Test
    void quotesNumberKeys() {
        byte[] body = BodyJson.write(new BrokerData(Map.of(0L, "h:1"), "b", "c", false, null));

        assertThat(new String(body, UTF_8))
                .isEqualTo("{\"brokerAddrs\":{\"0\":\"h:1\"},\"brokerName\":\"b\",\"cluster\":\"c\","
                        + "\"enableActingMaster\":false}");
    }

    @Test
    void writesObjectKeysRaw() {
        byte[] body = BodyJson.write(
                new TopicStats(Map.of(new MessageQueue("b", 1, "T"), new TopicStats.QueueStats(3, 2, 1)), 0));

        assertThat(new String(body, UTF_8))
                .isEqualTo("{\"offsetTable\":{{\"brokerName\":\"b\",\"queueId\":1,\"topic\":\"T\"}:"
                        + "{\"lastUpdateTimestamp\":3,\"maxOffset\":2,\"minOffset\":1}},\"topicPutTps\":0.0}");
    }

    @Test
    void readsObjectKeysRawAndInQuotes() {
        String raw = "{'offsetTable':{{'brokerName':'b','queueId':1,'topic':'T'}:{'maxOffset':2}}}";
        String quoted =
                "{'offsetTable':{'{\\'brokerName\\':\\'b\\',\\'queueId\\':1,\\'topic\\':\\'T\\'}':{'maxOffset':2}}}";
        TopicStats wanted =
                new TopicStats(Map.of(new MessageQueue("b", 1, "T"), new TopicStats.QueueStats(0, 2, 0)), 0);

        assertThat(BodyJson.read(TopicStats.class, json(raw))).isEqualTo(wanted);
        assertThat(BodyJson.read(TopicStats.class, json(quoted))).isEqualTo(wanted);
    }

    @Test
    void convertsBetweenTextAndNumbers() {
        Sample sample = BodyJson.read(
                Sample.class,
                json("{'number':'12','big':-9223372036854775808,'ratio':'1e3','isOn':'true','colour':'green',"
                        + "'text':5,'byNumber':{'7':1}}"));

        assertThat(sample).isEqualTo(new Sample(12, Long.MIN_VALUE, 1000, true, Colour.GREEN, "5", Map.of(7, "1")));
    }

    @Test
    void fillsWhatIsAbsentOrNull() {
        Sample nothing = new Sample(0, null, 0, false, null, null, Map.of());

        assertThat(BodyJson.read(Sample.class, json("{}"))).isEqualTo(nothing);
        assertThat(BodyJson.read(
                        Sample.class,
                        json("{'number':null,'big':null,'isOn':null,'colour':null,'byNumber':null,'other':{'a':[1]}}")))
                .isEqualTo(nothing);
    }

    @Test
    void namesARequiredMemberThatIsMissing() {
        assertThatThrownBy(() -> BodyJson.read(QueueLocks.class, json("{'clientId':'c'}")))
                .isInstanceOf(BadFieldException.class)
                .hasMessage("body member QueueLocks.consumerGroup is missing; send it");
    }

    @Test
    void readsAHeartbeatOfAnOldClient() {
        HeartbeatData heartbeat = BodyJson.read(
                HeartbeatData.class,
                json(
                        "{'clientID':'c','consumerDataSet':[{'consumeFromWhere':'CONSUME_FROM_LAST_OFFSET',"
                                + "'consumeType':'CONSUME_PASSIVELY','groupName':'g','messageModel':'Clustering',"
                                + "'subscriptionDataSet':[{'codeSet':[2598919],'subString':'TagA','subVersion':17,"
                                + "'tagsSet':['TagA'],'topic':'T'}],'unitMode':false}],'producerDataSet':[{'groupName':'pg'}]}"));

        assertThat(heartbeat.consumerDataSet()).singleElement().satisfies(consumer -> {
            assertThat(consumer.groupName()).isEqualTo("g");
            assertThat(consumer.subscriptionDataSet()).singleElement().satisfies(subscription -> {
                assertThat(subscription.codeSet()).isEqualTo(Set.of(2598919));
                assertThat(subscription.expressionType()).isNull();
            });
        });
        assertThat(heartbeat.heartbeatFingerprint()).isZero();
    }

    @Test
    void givesAGroupItsDefaults() {
        GroupConfig config = BodyJson.read(GroupConfig.class, json("{'groupName':'g','retryMaxTimes':3}"));

        assertThat(config.retriesMax()).isEqualTo(3);
        assertThat(config.isEnabled()).isTrue();
        assertThat(config.retryQueueCount()).isEqualTo(1);
    }

    @Test
    void refusesEveryTruncation() {
        byte[] body = BodyJson.write(new RandomRecords(5).record(TopicRoute.class));
        for (int length = 0; length < body.length; length++) {
            byte[] cut = Arrays.copyOf(body, length);
            assertThatExceptionOfType(BadFieldException.class)
                    .as("cut to %d", length)
                    .isThrownBy(() -> BodyJson.read(TopicRoute.class, cut));
        }
    }

    @Test
    void refusesOrReadsEveryFlippedBit() {
        byte[] body = BodyJson.write(new RandomRecords(7).record(RegisterBrokerBody.class));
        for (int at = 0; at < body.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                body[at] ^= (byte) (1 << bit);
                try {
                    assertThat(BodyJson.read(RegisterBrokerBody.class, body)).isNotNull();
                } catch (BadFieldException e) {
                    assertThat(e.getMessage()).isNotBlank();
                }
                body[at] ^= (byte) (1 << bit);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "5",
                "{'number':5}x",
                "{'number':1.5.5}",
                "{'number':2147483648}",
                "{'number':'x'}",
                "{'colour':'BLUE'}",
                "{'byNumber':[]}",
                "{'byNumber':{'x':'y'}}",
                "{'text':'\\q'}",
                "{'text':'open",
                "{,}",
                "{'a':1 'b':2}"
            })
    void refusesWhatDoesNotFit(String text) {
        assertThatThrownBy(() -> BodyJson.read(Sample.class, json(text)))
                .isInstanceOf(BadFieldException.class)
                .message()
                .isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{", "{'a':", "[{'x':"})
    void refusesDeepNesting(String opening) {
        byte[] bytes = json(opening.repeat(200_000));

        assertThatThrownBy(() -> BodyJson.read(Sample.class, bytes))
                .isInstanceOf(BadFieldException.class)
                .hasMessageContaining("values nest deeper than 32");
    }

    @Test
    void readsFromABufferWithoutMovingIt() {
        ByteBuffer body = ByteBuffer.wrap(json("xx{'clientId':'c'}")).position(2);

        assertThatThrownBy(() -> BodyJson.read(ClientConfigCheck.class, body)).hasMessageContaining("group is missing");
        assertThat(body.position()).isEqualTo(2);
    }

    @Test
    void readsTheTopicTableOfAnOldBroker() {
        TopicConfigTable table = BodyJson.read(
                TopicConfigTable.class,
                json("{'dataVersion':{'counter':5,'timestamp':17},'topicConfigTable':{'T':{'order':false,'perm':6,"
                        + "'readQueueNums':8,'topicFilterType':'SINGLE_TAG','topicName':'T','topicSysFlag':0,"
                        + "'writeQueueNums':8}}}"));

        assertThat(table.topicConfigTable()).isEqualTo(Map.of("T", TopicConfig.of("T", 8, 6)));
        assertThat(table.version()).isEqualTo(new DataVersion(5, 0, 17));
    }

    private static byte[] json(String text) {
        return text.replace("\\'", "\u0000")
                .replace('\'', '"')
                .replace("\u0000", "\\\"")
                .getBytes(UTF_8);
    }
}
