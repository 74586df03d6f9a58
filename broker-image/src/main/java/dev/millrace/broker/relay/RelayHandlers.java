package dev.millrace.broker.relay;

import dev.millrace.broker.consumergroup.Member;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ProtocolVersion;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConsumerStatus;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.GroupRequest.GetConsumerStatus;
import dev.millrace.protocol.command.RelayedRequest;
import dev.millrace.protocol.command.RelayedRequest.ConsumeDirectly;
import dev.millrace.protocol.command.RelayedRequest.GetRunningInfo;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.protocol.transport.ReplyReader;
import dev.millrace.protocol.transport.TransportException;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Asks consumers what tools want to know of them. At most 256 questions are under way, each for 10 s at most; the answer
 * goes to whoever asked when the consumer gives it.
 *
 * <p>Thread-safe.
 */
public final class RelayHandlers {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int UNDER_WAY_MAX = 256;

    private final Members members;
    private final MessageStore store;
    private final String brokerName;
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);

    public RelayHandlers(Members members, MessageStore store, String brokerName) {
        this.members = members;
        this.store = store;
        this.brokerName = brokerName;
    }

    public void runningInfo(GetRunningInfo request, Caller caller) {
        relay(member(request), request, caller);
    }

    public void consumeDirectly(ConsumeDirectly request, Caller caller) {
        Member member = member(request);
        String topic = request.topic();
        relay(
                member,
                new ConsumeDirectly(
                        request.consumerGroup(),
                        request.clientId(),
                        request.msgId(),
                        brokerName,
                        topic,
                        topic == null ? null : 0,
                        topic == null ? null : 0,
                        record(request.msgId())),
                caller);
    }

    private ByteBuffer record(@Nullable String messageId) {
        long position;
        try {
            position = OffsetMessageId.parse(String.valueOf(messageId)).position();
        } catch (IllegalArgumentException e) {
            throw new RequestFailure(ResponseCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        }
        try (LogSlice slice = store.recordAt(position)
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "no message at position " + position + " of broker " + brokerName + "; the log holds "
                                + store.minPosition() + ".." + store.maxPosition()))) {
            ByteBuffer bytes = slice.bytes();
            return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
        }
    }

    private Member member(RelayedRequest request) {
        List<Member> group = online(request.consumerGroup());
        return group.stream()
                .filter(member -> member.clientId().equals(request.clientId()))
                .findFirst()
                .orElseThrow(() -> new RequestFailure(
                        ResponseCode.SYSTEM_ERROR,
                        "The Consumer <" + request.consumerGroup() + "> <" + request.clientId()
                                + "> not online; online are "
                                + group.stream().map(Member::clientId).toList()));
    }

    private List<Member> online(String consumerGroup) {
        return members.findConsumerGroup(consumerGroup)
                .map(group -> group.members())
                .orElse(List.of());
    }

    private void relay(Member member, RelayedRequest question, Caller caller) {
        if (member.version() < ProtocolVersion.V3_1_8) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_ERROR,
                    "The Consumer <" + member.clientId() + "> Version <" + member.version()
                            + "> too low to finish, please upgrade it to V3_1_8 or later");
        }
        call(member, question, RelayHandlers::passedOn)
                .exceptionally(fault -> Reply.failure(
                        isTimeout(fault) ? ResponseCode.CONSUME_MESSAGE_TIMEOUT : ResponseCode.SYSTEM_ERROR,
                        "consumer <" + question.consumerGroup() + "> <" + member.clientId() + "> gave no answer: "
                                + cause(fault).getMessage()))
                .thenAccept(caller::reply);
    }

    private <T> CompletableFuture<T> call(Member member, Request question, ReplyReader<T> reader) {
        if (!room.tryAcquire()) {
            throw new RequestFailure(
                    ResponseCode.SYSTEM_BUSY, UNDER_WAY_MAX + " questions to consumers are under way; ask again later");
        }
        return member.connection().call(question, TIMEOUT, reader).whenComplete((answer, fault) -> room.release());
    }

    private static Throwable cause(Throwable fault) {
        Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
        return cause == null ? fault : cause;
    }

    private static boolean isTimeout(Throwable fault) {
        return cause(fault) instanceof TransportException transport && transport.wasSent();
    }

    private static Reply passedOn(HeaderFields fields, ByteBuffer body) {
        byte[] copy = new byte[body.remaining()];
        body.duplicate().get(copy);
        ResponseCode code = ResponseCode.ofNumber(fields.code()).orElse(ResponseCode.SYSTEM_ERROR);
        return new Reply(code, fields.remark(), null, copy.length == 0 ? ReplyBody.EMPTY : ReplyBody.of(copy));
    }

    /** Where the clients of a group stand, each as it says itself; one that does not answer is left out. */
    public void status(GetConsumerStatus request, Caller caller) {
        List<Member> asked = online(request.group()).stream()
                .filter(member -> isWanted(member, request.clientAddr()))
                .toList();
        if (asked.isEmpty()) {
            throw new RequestFailure(
                    ResponseCode.CONSUMER_NOT_ONLINE,
                    "No Any Consumer online in the consumer group: [" + request.group() + "] as "
                            + (request.clientAddr() == null ? "any client" : request.clientAddr()));
        }
        Map<String, Map<MessageQueue, Long>> table = new TreeMap<>();
        CompletableFuture<?>[] answers = asked.stream()
                .map(member -> call(
                                member,
                                new ClientRequest.GetStatus(request.topic(), request.group()),
                                RelayHandlers::offsets)
                        .exceptionally(fault -> Map.of())
                        .thenAccept(offsets -> add(table, member, offsets)))
                .toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(answers)
                .thenAccept(done -> caller.reply(Reply.json(new ConsumerStatus(table, Map.of()))));
    }

    private static void add(
            Map<String, Map<MessageQueue, Long>> table, Member member, Map<MessageQueue, Long> offsets) {
        synchronized (table) {
            table.put(member.clientId(), offsets);
        }
    }

    private static boolean isWanted(Member member, @Nullable String clientId) {
        return clientId == null || clientId.isBlank() || clientId.equals(member.clientId());
    }

    private static Map<MessageQueue, Long> offsets(HeaderFields fields, ByteBuffer body) {
        return fields.code() == ResponseCode.SUCCESS.number()
                ? BodyJson.read(ConsumerStatus.class, body).messageQueueTable()
                : Map.of();
    }
}
