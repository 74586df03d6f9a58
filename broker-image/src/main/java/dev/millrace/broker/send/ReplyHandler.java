package dev.millrace.broker.send;

import dev.millrace.broker.consumergroup.Member;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ClientRequest.PushReply;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Brings the answer to a request to the producer that waits for it, and then stores it in the reply topic, where tools
 * find it. An answer that the producer did not take is refused and not stored.
 *
 * <p>Owner: the event loop of the connection, then that of the producer. What is under way is bounded by the requests
 * that a connection may have in flight, and ends after 10 s.
 */
final class ReplyHandler implements Handler<SendMessage> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Targets targets;
    private final int bodyBytesMax;
    private final byte[] storeHost;
    private final InetSocketAddress storeAddress;
    private final InternalSends sends;
    private final Members members;
    private final InstantSource clock;

    ReplyHandler(SendParts parts, InternalSends sends, Members members, InstantSource clock) {
        this.targets = parts.targets();
        this.bodyBytesMax = parts.bodyBytesMax();
        this.storeHost = parts.loops().storeHost();
        this.storeAddress =
                OffsetMessageId.parse(OffsetMessageId.of(storeHost, 0)).storeHost();
        this.sends = sends;
        this.members = members;
        this.clock = clock;
    }

    @Override
    public void handle(SendMessage send, Caller caller) {
        TopicConfig topic = targets.writable(send.topic());
        if (topic == null) {
            throw new RequestFailure(
                    ResponseCode.TOPIC_NOT_EXIST,
                    "topic[" + send.topic() + "] not exist; send answers to the topic CLUSTER_REPLY_TOPIC");
        }
        SendHandler.checkBody(send.body().remaining(), bodyBytesMax);
        ByteBuffer given = send.properties();
        Map<String, String> properties = MessageProperties.decode(given, given.position(), given.remaining());
        Member producer = waiting(properties.get(PropertyNames.REPLY_TO_CLIENT));
        properties.put(PropertyNames.PUSH_REPLY_TIME, Long.toString(clock.millis()));
        StoredMessage message = message(send, Targets.queueId(topic, send.queueId()), properties, caller);
        PushReply push = push(send, message);
        producer.connection()
                .call(push, TIMEOUT, (fields, body) -> refusal(fields.code(), fields.remark()))
                .whenComplete((refusal, fault) -> {
                    Optional<String> why = fault == null ? refusal : Optional.of(String.valueOf(fault.getMessage()));
                    if (why.isPresent()) {
                        caller.reply(Reply.failure(
                                ResponseCode.SYSTEM_ERROR,
                                "push reply message to " + producer.clientId() + " fail: " + why.get()));
                    } else {
                        store(message, caller);
                    }
                });
    }

    private static Optional<String> refusal(int code, @Nullable String remark) {
        return code == ResponseCode.SUCCESS.number()
                ? Optional.empty()
                : Optional.of("it answered code " + code + ", " + remark);
    }

    private Member waiting(@Nullable String clientId) {
        if (clientId == null) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_ERROR,
                    "the property REPLY_TO_CLIENT is missing, so nobody gets this answer; make it from the message that"
                            + " asked");
        }
        Member producer = members.producer(clientId);
        if (producer == null) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_ERROR,
                    "push reply message fail, channel of <" + clientId
                            + "> not found: the producer that asked has gone, or sends this broker no heartbeats");
        }
        return producer;
    }

    /** A copy that outlives the handler. */
    private StoredMessage message(SendMessage send, int queueId, Map<String, String> properties, Caller caller) {
        byte[] body = new byte[send.body().remaining()];
        send.body().duplicate().get(body);
        return new StoredMessage(
                new StoredMessage.Place(send.topic(), queueId, 0, 0),
                send.origin().flag(),
                send.origin().systemFlag() & ~SystemFlags.TRANSACTION_MASK,
                new StoredMessage.Stamp(
                        send.origin().bornTimeMs(), caller.connection().remote()),
                new StoredMessage.Stamp(clock.millis(), storeAddress),
                send.retry().timesConsumed(),
                0,
                body,
                properties);
    }

    private static PushReply push(SendMessage send, StoredMessage message) {
        return new PushReply(
                send.producerGroup(),
                send.topic(),
                send.template().topic(),
                send.template().queueCount(),
                message.place().queueId(),
                message.systemFlag(),
                message.born().timeMs(),
                message.flag(),
                MessageProperties.encode(message.properties()),
                message.timesConsumed(),
                send.origin().isUnitMode(),
                text(message.born().host()),
                text(message.stored().host()),
                message.stored().timeMs(),
                ByteBuffer.wrap(message.body()));
    }

    private static String text(InetSocketAddress host) {
        return host.getAddress().getHostAddress() + ":" + host.getPort();
    }

    private void store(StoredMessage message, Caller caller) {
        StoredMessage.Place place = message.place();
        InternalSends.Target target =
                new InternalSends.Target(place.topic(), place.queueId(), message.properties(), message.timesConsumed());
        sends.store(message, target)
                .thenAccept(stored -> caller.reply(
                        stored.outcome() instanceof AppendOutcome.Appended
                                ? Reply.success(new ReplyHeader.SendReply(
                                        OffsetMessageId.of(storeHost, stored.position()),
                                        place.queueId(),
                                        stored.queueOffset(),
                                        message.properties().get(PropertyNames.UNIQUE_KEY),
                                        null,
                                        null))
                                : delivered(place)));
    }

    /** The producer has its answer, so who sent it need not send it again, though the log did not take it. */
    private static Reply delivered(StoredMessage.Place place) {
        return Reply.success(new ReplyHeader.SendReply("0", place.queueId(), 0, null, null, null));
    }
}
