package dev.millrace.protocol.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.BadFieldException;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.ReplyMessage;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class CommandsTest {
    private static final int VARIANTS = 40;

    private final HeaderWriter writer = new HeaderWriter();
    private final HeaderFields fields = new HeaderFields();

    static Stream<Class<?>> requestTypes() {
        return leaves(Request.class, new ArrayList<>()).stream();
    }

    static Stream<Class<?>> replyTypes() {
        return leaves(ReplyHeader.class, new ArrayList<>()).stream();
    }

    private static List<Class<?>> leaves(Class<?> type, List<Class<?>> into) {
        if (!type.isSealed()) {
            into.add(type);
            return into;
        }
        for (Class<?> part : type.getPermittedSubclasses()) {
            leaves(part, into);
        }
        return into;
    }

    @ParameterizedTest
    @MethodSource("requestTypes")
    void carriesEveryRequestInBothSerialisations(Class<?> type) {
        for (int seed = 0; seed < VARIANTS; seed++) {
            Request sent = sendable((Request) new RandomRecords(seed).record(type));
            for (Serialization serialization : Serialization.values()) {
                if (!fits(Commands.codeOf(sent), serialization)) {
                    continue;
                }
                Request received = throughTheWire(sent, serialization);

                // The code says that it is an answer.
                Request expected = sent instanceof ReplyMessage reply ? reply.send() : sent;
                assertThat(received).as("seed %d, %s", seed, serialization).isEqualTo(expected);
            }
        }
    }

    /** The binary header has two bytes for the code. */
    private static boolean fits(RequestCode code, Serialization serialization) {
        return serialization == Serialization.JSON || code.number() <= Short.MAX_VALUE;
    }

    /** What the wire can't carry is not asked of it: whole numbers below 0 that mean "none", bits that choose the code. */
    private static Request sendable(Request request) {
        if (request instanceof PullMessage pull) {
            return new PullMessage(
                    pull.consumerGroup(),
                    pull.topic(),
                    pull.queueId(),
                    pull.queueOffset(),
                    new PullMessage.Limits(
                            pull.limits().countMax(), Math.max(-1, pull.limits().bytesMax())),
                    pull.pullFlag(),
                    pull.commitOffset(),
                    pull.suspendTimeoutMs(),
                    pull.filter());
        }
        if (request instanceof ReplyMessage reply) {
            return new ReplyMessage(sendable(reply.send()));
        }
        return request instanceof SendMessage send ? sendable(send) : request;
    }

    private static SendMessage sendable(SendMessage send) {
        return new SendMessage(
                send.producerGroup(),
                send.topic(),
                send.queueId(),
                send.template(),
                send.origin(),
                new SendMessage.Retry(
                        send.retry().timesConsumed(), Math.max(-1, send.retry().timesMax())),
                send.isBatch(),
                send.properties(),
                send.body());
    }

    private Request throughTheWire(Request request, Serialization serialization) {
        RequestCode code = Commands.codeOf(request);
        writer.begin(serialization, code.number(), 1, 0, null);
        Commands.encodeFields(request, writer);
        parse(serialization, writer.end());
        assertThat(fields.code()).isEqualTo(code.number());
        Request received = Commands.decode(code, fields, Commands.bodyOf(request));
        assertThat(received).isNotNull();
        return received;
    }

    private void parse(Serialization serialization, int length) {
        fields.parse(serialization.number(), ByteBuffer.wrap(writer.array()), 0, length);
    }

    @ParameterizedTest
    @MethodSource("replyTypes")
    void carriesEveryReplyHeader(Class<?> type) {
        for (int seed = 0; seed < VARIANTS; seed++) {
            ReplyHeader sent = (ReplyHeader) new RandomRecords(seed).record(type);
            writer.begin(Serialization.JSON, 0, 1, 1, null);
            Commands.encodeFields(sent, writer);
            parse(Serialization.JSON, writer.end());

            Record received = HeaderRecords.decode(type.asSubclass(Record.class), fields, ByteBuffer.allocate(0));

            assertThat(withoutUnsent(received)).as("seed %d", seed).isEqualTo(withoutUnsent((Record) sent));
        }
    }

    private static Record withoutUnsent(Record reply) {
        return reply instanceof ReplyHeader.SendReply send
                ? new ReplyHeader.SendReply(
                        send.msgId(), send.queueId(), send.queueOffset(), send.transactionId(), null, null)
                : reply;
    }

    @Test
    void namesTheFieldThatIsMissing() {
        writer.begin(Serialization.JSON, RequestCode.GET_MAX_OFFSET.number(), 1, 0, null)
                .field("topic", "T");
        parse(Serialization.JSON, writer.end());

        assertThatThrownBy(() -> Commands.decode(RequestCode.GET_MAX_OFFSET, fields, ByteBuffer.allocate(0)))
                .isInstanceOf(BadFieldException.class)
                .hasMessage("header field 'queueId' is missing; send it");
    }

    @Test
    void namesTheFieldThatIsNoNumber() {
        for (String wrong : List.of("x", "1x", "-", "--1", "9223372036854775808", "99999999999999999999", "1.5")) {
            writer.begin(Serialization.JSON, RequestCode.VIEW_MESSAGE_BY_ID.number(), 1, 0, null)
                    .field("offset", wrong);
            parse(Serialization.JSON, writer.end());

            assertThatThrownBy(() -> Commands.decode(RequestCode.VIEW_MESSAGE_BY_ID, fields, ByteBuffer.allocate(0)))
                    .isInstanceOf(BadFieldException.class)
                    .hasMessage("header field 'offset' is '" + wrong + "', not a whole 64-bit number");
        }
    }

    @Test
    void refusesANumberThatDoesNotFit() {
        writer.begin(Serialization.JSON, 30, 1, 0, null).field("topic", "T").field("queueId", 1L << 31);
        parse(Serialization.JSON, writer.end());

        assertThatThrownBy(() -> Commands.decode(RequestCode.GET_MAX_OFFSET, fields, ByteBuffer.allocate(0)))
                .hasMessage("header field 'queueId' is 2147483648, outside a 32-bit integer");
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void carriesTheWholeRangeOfNumbers(Serialization serialization) {
        for (long number :
                new long[] {0, -1, 1, Long.MAX_VALUE, Long.MIN_VALUE, Integer.MIN_VALUE, 1_000_000_000_000L}) {
            QueueRequest.ViewMessage sent = new QueueRequest.ViewMessage(null, number);

            assertThat(throughTheWire(sent, serialization)).isEqualTo(sent);
        }
    }

    @Test
    void readsSendsWithWholeWordsLikeThoseWithLetters() {
        writer.begin(Serialization.JSON, RequestCode.SEND_MESSAGE.number(), 1, 0, null)
                .field("producerGroup", "PG")
                .field("topic", "T")
                .field("defaultTopic", "TBW102")
                .field("defaultTopicQueueNums", 4)
                .field("queueId", 3)
                .field("sysFlag", 1)
                .field("bornTimestamp", 1_700_000_000_000L)
                .field("flag", 7)
                .field("properties", "K\u0001v\u0002")
                .field("reconsumeTimes", 2)
                .field("unitMode", true)
                .field("batch", "TRUE")
                .field("maxReconsumeTimes", 5);
        parse(Serialization.JSON, writer.end());
        ByteBuffer body = ByteBuffer.wrap("hello".getBytes(UTF_8));

        Request request = Commands.decode(RequestCode.SEND_MESSAGE, fields, body);

        assertThat(request)
                .isEqualTo(new SendMessage(
                        "PG",
                        "T",
                        3,
                        new SendMessage.Template("TBW102", 4),
                        new SendMessage.Origin(1, 1_700_000_000_000L, 7, true),
                        new SendMessage.Retry(2, 5),
                        true,
                        ByteBuffer.wrap("K\u0001v\u0002".getBytes(UTF_8)),
                        body));
    }

    @Test
    void alwaysGivesASendReplyItsRegion() {
        writer.begin(Serialization.JSON, 0, 1, 1, null);
        Commands.encodeFields(new ReplyHeader.SendReply("ID", 1, 2, null, null, null), writer);
        parse(Serialization.JSON, writer.end());

        assertThat(fields.toMap())
                .isEqualTo(Map.of(
                        "msgId",
                        "ID",
                        "queueId",
                        "1",
                        "queueOffset",
                        "2",
                        "MSG_REGION",
                        "DefaultRegion",
                        "TRACE_ON",
                        "true"));
    }

    @Test
    void sendsEveryNamedRequestUnderItsOwnCode() {
        assertThat(Commands.codeOf(new OwnRequest.Negotiate()).number()).isEqualTo(30_000);
        assertThat(Commands.codeOf(new OwnRequest.MultiSend(ByteBuffer.allocate(0)))
                        .number())
                .isEqualTo(30_001);
        assertThat(Commands.codeOf(new NamesrvRequest.GetRoute("T", null)).number())
                .isEqualTo(105);
    }

    @Test
    void hasNoRecordForACodeThatNobodyServes() {
        parse(
                Serialization.JSON,
                writer.begin(Serialization.JSON, 2002, 1, 0, null).end());

        @Nullable
        Request request = Commands.decode(RequestCode.REMOVE_COLD_DATA_FLOW_CTR_CONFIG, fields, ByteBuffer.allocate(0));

        assertThat(request).isNull();
    }
}
