package dev.millrace.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.CapturedFrames;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.body.ConsumerList;
import dev.millrace.protocol.body.HeartbeatData;
import dev.millrace.protocol.body.LockedQueues;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.route.TopicRoute;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CapturedFramesTest {
    private final HeaderFields fields = new HeaderFields();
    private ByteBuffer body = ByteBuffer.allocate(0);

    static Stream<CapturedFrames.Frame> requests() {
        return CapturedFrames.all().stream().filter(CapturedFrames.Frame::isRequest);
    }

    static Stream<CapturedFrames.Frame> responses() {
        return CapturedFrames.all().stream().filter(frame -> !frame.isRequest());
    }

    private void open(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        assertThat(bytes.getInt(0)).isEqualTo(frame.length - 4);
        int mark = bytes.getInt(4);
        fields.parse(mark >>> 24, bytes, 8, mark & 0xFFFFFF);
        body = bytes.position(8 + (mark & 0xFFFFFF)).slice();
    }

    private Request decode(String name) {
        open(CapturedFrames.bytes(name));
        Request request = decode();
        assertThat(request).isNotNull();
        return request;
    }

    private @Nullable Request decode() {
        RequestCode code = RequestCode.ofNumber(fields.code()).orElseThrow();
        return Commands.decode(code, fields, body);
    }

    @ParameterizedTest
    @MethodSource("requests")
    void readsEveryRequestAndWritesItAgain(CapturedFrames.Frame frame) {
        open(frame.bytes());
        assertThat(fields.isResponse()).isFalse();
        assertThat(frame.name()).contains("/request-" + fields.code());
        Request request = decode();
        if (request == null) {
            return;
        }

        HeaderWriter writer = new HeaderWriter();
        writer.begin(Serialization.JSON, fields.code(), fields.opaque(), fields.flag(), fields.remark());
        Commands.encodeFields(request, writer);
        int length = writer.end();
        ByteBuffer bodyAgain = Commands.bodyOf(request);
        HeaderFields again = new HeaderFields();
        again.parse(0, ByteBuffer.wrap(Arrays.copyOf(writer.array(), length)), 0, length);
        RequestCode code = RequestCode.ofNumber(fields.code()).orElseThrow();
        Request second = Commands.decode(
                code == RequestCode.SEND_MESSAGE ? RequestCode.SEND_MESSAGE_V2 : code, again, bodyAgain);

        assertThat(second).isEqualTo(request);
    }

    @ParameterizedTest
    @MethodSource("responses")
    void readsEveryResponse(CapturedFrames.Frame frame) {
        open(frame.bytes());

        assertThat(fields.isResponse()).isTrue();
        assertThat(frame.name()).endsWith(fields.code() == 0 ? "" : "-answer-" + fields.code());
        assertThat(fields.serialization())
                .isEqualTo(frame.name().contains("json") ? Serialization.JSON : Serialization.ROCKETMQ);
        assertThat(fields.language()).isZero();
        assertThat(fields.version()).isGreaterThanOrEqualTo(409);
        assertThat(fields.toMap()).doesNotContainKey("");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.9.8-json", "4.9.8-binary", "5.3.3-json", "5.3.3-binary", "5.5.0-json", "5.5.0-binary"})
    void readsSends(String folder) {
        SendMessage send = (SendMessage) decode(folder + "/request-310");

        assertThat(send.topic()).startsWith("pushbig-");
        assertThat(send.producerGroup()).startsWith("P-F");
        assertThat(send.template()).isEqualTo(new SendMessage.Template("TBW102", 4));
        assertThat(send.origin().systemFlag() & 1).isEqualTo(1);
        assertThat(send.origin().bornTimeMs()).isGreaterThan(1_700_000_000_000L);
        assertThat(send.retry()).isEqualTo(SendMessage.Retry.NONE);
        assertThat(send.isBatch()).isFalse();
        assertThat(MessageProperties.decode(UTF_8.decode(send.properties()).toString()))
                .containsKeys("UNIQ_KEY", "WAIT");
        assertThat(send.body().remaining()).isPositive();
        assertThat(((SendMessage) decode(folder + "/request-320")).isBatch()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.9.8-json", "4.9.8-binary", "5.3.3-json", "5.3.3-binary", "5.5.0-json", "5.5.0-binary"})
    void readsPullsAndTheirMessages(String folder) {
        PullMessage pull = (PullMessage) decode(folder + "/request-11");
        assertThat(pull.filter().type()).isEqualTo("TAG");
        assertThat(pull.limits().countMax()).isPositive();

        open(CapturedFrames.bytes(folder + "/response-11"));
        assertThat(fields.requiredLong("nextBeginOffset")).isPositive();
        int count = 0;
        for (int at = 0; at < body.limit(); at += StoredMessageLayout.totalSize(body, at)) {
            StoredMessage message = StoredMessage.decode(body, at);
            assertThat(message.place().topic()).isNotBlank();
            assertThat(message.properties()).containsKey("UNIQ_KEY");
            count++;
        }
        assertThat(count).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.9.8-json", "4.9.8-binary", "5.3.3-json", "5.3.3-binary", "5.5.0-json", "5.5.0-binary"})
    void readsBodiesInJson(String folder) {
        HeartbeatData heartbeat = ((MemberRequest.Heartbeat) decode(folder + "/request-34")).data();
        assertThat(heartbeat.consumerDataSet())
                .isNotEmpty()
                .allSatisfy(
                        consumer -> assertThat(consumer.subscriptionDataSet()).isNotEmpty());
        assertThat(((MemberRequest.LockQueues) decode(folder + "/request-41"))
                        .locks()
                        .mqSet())
                .isNotEmpty();

        open(CapturedFrames.bytes(folder + "/response-105"));
        TopicRoute route = BodyJson.read(TopicRoute.class, body);
        assertThat(route.queueDatas()).isNotEmpty();
        assertThat(route.brokerDatas().get(0).masterAddress()).startsWith("127.0.0.1:");
        open(CapturedFrames.bytes(folder + "/response-38"));
        assertThat(BodyJson.read(ConsumerList.class, body).consumerIdList()).isNotEmpty();
        open(CapturedFrames.bytes(folder + "/response-41"));
        assertThat(BodyJson.read(LockedQueues.class, body).lockOKMQSet()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker-5.5.0-json", "broker-5.5.0-binary"})
    void readsTheRegistrationOfABroker(String folder) {
        NamesrvRequest.RegisterBroker register = (NamesrvRequest.RegisterBroker) decode(folder + "/request-103");

        RegisterBrokerBody table = BodyJson.read(RegisterBrokerBody.class, register.body());

        assertThat(register.brokerName()).isEqualTo("e2e-broker-a");
        assertThat(table.topicConfigSerializeWrapper().topicConfigTable()).isNotEmpty();
    }

    @Test
    void readsTheIdOfASend() {
        open(CapturedFrames.bytes("5.3.3-binary/response-310"));

        OffsetMessageId id = OffsetMessageId.parse(fields.requiredText("msgId"));

        assertThat(id.storeHost().getHostString()).isEqualTo("127.0.0.1");
        assertThat(OffsetMessageId.of(OffsetMessageId.hostField(id.storeHost()), id.position()))
                .isEqualTo(fields.requiredText("msgId"));
    }

    @Test
    void knowsEveryCapturedRequestCode() {
        List<Integer> unknown = requests()
                .map(frame -> {
                    open(frame.bytes());
                    return fields.code();
                })
                .filter(code -> RequestCode.ofNumber(code).isEmpty())
                .toList();

        assertThat(unknown).isEmpty();
    }
}
