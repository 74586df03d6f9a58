package dev.millrace.client.fake;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.ConsumerData;
import dev.millrace.protocol.body.ConsumerList;
import dev.millrace.protocol.body.LockedQueues;
import dev.millrace.protocol.body.QueueLocks;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.command.OwnRequest;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.QueueRequest;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.command.TransactionRequest;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.MultiSendReplyBody;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.RecallHandle;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.route.MessageQueue;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyBody;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory: sends of all kinds, pulls that wait, offsets, groups and queue locks. Tests script refusals.
 *
 * <p>Owner: its event loop, except where a collection is concurrent.
 */
public final class FakeBroker implements AutoCloseable {
    /** Begins the names of messages that can be recalled, among the offsets. */
    private static final String HELD_BACK = "held back ";

    private static final byte[] HOST = {127, 0, 0, 1, 0, 0, 0, 1};

    private final String name;
    private final boolean isOurs;
    private final IoThreads threads;
    private final int port;
    private RemotingServer server;
    private final Map<MessageQueue, FakeQueue> queues = new ConcurrentHashMap<>();
    private final Map<String, Long> offsets = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Connection>> members = new ConcurrentHashMap<>();
    private final Map<MessageQueue, String> locks = new ConcurrentHashMap<>();
    private final Set<String> producers = ConcurrentHashMap.newKeySet();
    private final Scripted scripted = new Scripted();
    private final Seen seen = new Seen();
    private final AtomicLong position = new AtomicLong();
    private final StoredMessageEncoder encoder = new StoredMessageEncoder();

    /** @param isOurs whether it knows this project's own requests */
    public FakeBroker(IoThreads threads, String name, boolean isOurs) {
        this.name = name;
        this.isOurs = isOurs;
        this.threads = threads;
        this.server = start(0);
        this.port = server.port();
    }

    private RemotingServer start(int port) {
        return RemotingServer.start(
                threads,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                TransportSettings.defaults(),
                this::handle,
                ConnectionListener.NONE);
    }

    /** Goes away; messages and offsets stay, members and locks are forgotten. */
    public void stop() {
        server.close();
        members.clear();
        producers.clear();
        locks.clear();
    }

    /** Comes back at the same address. */
    public void startAgain() {
        server = start(port);
    }

    public String name() {
        return name;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    /** Answers the next send, or message that is given back, with this code. */
    public void refuseNext(ResponseCode code) {
        scripted.refusals.add(code);
    }

    /** Stores the next message of a single send as if its body were compressed. */
    public void markNextCompressed() {
        scripted.flagOfNext = SystemFlags.COMPRESSED;
    }

    /** Stores the next message of a single send, and answers with this code. */
    public void answerNextSendWith(ResponseCode code) {
        scripted.degrees.add(code);
    }

    /** Answers the next check of a filter, and pulls with one, with "can't be parsed". */
    public void refuseFilters() {
        scripted.areFiltersRefused = true;
    }

    /** Leaves sends without an answer. */
    public void fallSilent() {
        scripted.isSilent = true;
    }

    /** How many requests of this kind came. */
    public long count(RequestCode code) {
        return seen.count(code);
    }

    public long end(String topic, int queueId) {
        return queue(topic, queueId).end();
    }

    public @Nullable Long offset(String group, String topic, int queueId) {
        return offsets.get(group + "@" + topic + "@" + queueId);
    }

    public Set<String> members(String group) {
        return members.getOrDefault(group, Map.of()).keySet();
    }

    /** Whether a client has a producer of this group. */
    public boolean producers(String group) {
        return producers.contains(group);
    }

    public Set<MessageQueue> locked() {
        return locks.keySet();
    }

    /** Tells the group's members that it changed. */
    public void notifyMembers(String group) {
        members.getOrDefault(group, Map.of())
                .values()
                .forEach(each -> each.sendOneWay(new ClientRequest.ConsumersChanged(group)));
    }

    /** What came of transactions. */
    public Seen seen() {
        return seen;
    }

    /** The bytes of a stored record. */
    public byte[] record(String topic, int queueId, long offset) {
        return queue(topic, queueId).record(offset);
    }

    private FakeQueue queue(String topic, int queueId) {
        return queues.computeIfAbsent(new MessageQueue(name, queueId, topic), key -> new FakeQueue());
    }

    private void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        ReplyTo to = ReplyTo.of(connection, fields);
        RequestCode code = RequestCode.ofNumber(fields.code()).orElseThrow();
        seen.add(code);
        Request request = Commands.decode(code, fields, body);
        if (request == null || request instanceof OwnRequest && !isOurs) {
            to.reply(Reply.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, code + " not supported"));
            return;
        }
        if (request instanceof SendMessage send) {
            seen.sender(connection);
            send(to, send);
        } else if (request instanceof OwnRequest.Negotiate) {
            to.reply(Reply.success(new ReplyHeader.NegotiateReply(1, "c")));
        } else if (request instanceof OwnRequest.MultiSend send) {
            multiSend(to, send);
        } else if (request instanceof PullMessage pull) {
            pull(to, pull);
        } else if (request instanceof QueueRequest query) {
            query(to, query);
        } else if (request instanceof TransactionRequest.EndTransaction end) {
            seen.add(end);
            to.reply(Reply.success());
        } else if (request instanceof MemberRequest member) {
            member(connection, to, member);
        } else {
            to.reply(Reply.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, code + " not supported"));
        }
    }

    private boolean refuses(ReplyTo to) {
        ResponseCode refusal = scripted.refusals.poll();
        if (refusal != null) {
            to.reply(Reply.failure(refusal, "scripted"));
        }
        return refusal != null || scripted.isSilent;
    }

    private void send(ReplyTo to, SendMessage send) {
        if (refuses(to)) {
            return;
        }
        long first = -1;
        ByteBuffer body = send.body();
        if (send.isBatch()) {
            while (body.hasRemaining()) {
                int start = body.position();
                int size = body.getInt(start);
                int bodyLength = body.getInt(start + 16);
                int propertiesLength = body.getShort(start + 20 + bodyLength);
                long offset = append(
                        send,
                        body.slice(start + 20, bodyLength),
                        body.slice(start + 22 + bodyLength, propertiesLength));
                first = first < 0 ? offset : first;
                body.position(start + size);
            }
        } else {
            first = append(send, body, send.properties());
        }
        ResponseCode degree = scripted.degrees.poll();
        to.reply((degree == null ? Reply.success() : Reply.failure(degree, "scripted"))
                .withHeader(new ReplyHeader.SendReply(
                        OffsetMessageId.of(HOST, position.get()),
                        send.queueId(),
                        first,
                        null,
                        null,
                        heldBack(send, first))));
    }

    /** Messages with a delay are stored at once, but can be recalled, each once. */
    private @Nullable String heldBack(SendMessage send, long queueOffset) {
        byte[] delay = PropertyNames.TIMER_DELAY_MS.getBytes(StandardCharsets.UTF_8);
        ByteBuffer properties = send.properties();
        if (MessageProperties.find(properties, properties.position(), properties.remaining(), delay) < 0) {
            return null;
        }
        String handle = new RecallHandle(send.topic(), name, 1, "id" + queueOffset).text();
        offsets.put(HELD_BACK + handle, queueOffset);
        return handle;
    }

    private void recall(ReplyTo to, MemberRequest.RecallMessage recall) {
        to.reply(
                offsets.remove(HELD_BACK + recall.recallHandle()) != null
                        ? Reply.success(new ReplyHeader.RecallReply("id"))
                        : Reply.failure(ResponseCode.ILLEGAL_OPERATION, "not held back"));
    }

    private long append(SendMessage send, ByteBuffer body, ByteBuffer properties) {
        byte[] topic = send.topic().getBytes(StandardCharsets.UTF_8);
        ByteBuffer record = ByteBuffer.allocate(
                StoredMessageLayout.recordBytes(0, body.remaining(), topic.length, properties.remaining()));
        encoder.encode(
                record,
                new StoredMessageEncoder.Head(
                        send.queueId(),
                        0,
                        send.origin().systemFlag() | takeFlag(),
                        send.origin().bornTimeMs(),
                        HOST,
                        HOST,
                        send.retry().timesConsumed(),
                        0),
                body,
                topic,
                properties);
        return queue(send.topic(), send.queueId()).append(record.array(), position.getAndAdd(record.capacity()));
    }

    private int takeFlag() {
        int flag = scripted.flagOfNext;
        scripted.flagOfNext = 0;
        return flag;
    }

    private void multiSend(ReplyTo to, OwnRequest.MultiSend send) {
        if (refuses(to)) {
            return;
        }
        MultiSendBody.Reader reader = new MultiSendBody.Reader().open(send.body());
        MultiSendReplyBody.Writer reply = new MultiSendReplyBody.Writer(reader.groupCount(), reader.recordCount());
        while (reader.nextGroup()) {
            if (reader.topic().startsWith("refused")) {
                reply.group(ResponseCode.NO_PERMISSION.number(), "no", 0);
                continue;
            }
            reply.group(0, null, reader.groupRecordCount());
            while (reader.nextRecord()) {
                byte[] record = new byte[reader.recordBytes()];
                reader.buffer().get(reader.recordAt(), record);
                int queueId = StoredMessageLayout.queueId(ByteBuffer.wrap(record), 0);
                long at = position.getAndAdd(record.length);
                reply.record(queue(reader.topic(), queueId).append(record, at), at);
            }
        }
        ByteBuffer answer = reply.finish();
        to.reply(Reply.success().withBody(new ReplyBody(List.of(answer), answer.remaining(), () -> {})));
    }

    private void pull(ReplyTo to, PullMessage pull) {
        if (scripted.areFiltersRefused && "SQL92".equals(pull.filter().type())) {
            to.reply(Reply.failure(ResponseCode.SUBSCRIPTION_PARSE_FAILED, "scripted"));
            return;
        }
        if (pull.hasCommitOffset()) {
            offsets.put(pull.consumerGroup() + "@" + pull.topic() + "@" + pull.queueId(), pull.commitOffset());
        }
        FakeQueue queue = queue(pull.topic(), pull.queueId());
        if (pull.queueOffset() > queue.end()) {
            to.reply(Reply.failure(ResponseCode.PULL_OFFSET_MOVED, "moved")
                    .withHeader(new ReplyHeader.PullReply(0, queue.end(), 0, queue.end())));
            return;
        }
        List<byte[]> records = queue.readOrPark(
                pull.queueOffset(),
                pull.limits().countMax(),
                () -> to.connection().execute(() -> pull(to, pull)));
        if (!records.isEmpty()) {
            List<ByteBuffer> parts = new ArrayList<>();
            int bytes = 0;
            for (byte[] record : records) {
                parts.add(ByteBuffer.wrap(record));
                bytes += record.length;
            }
            to.reply(Reply.success(new ReplyHeader.PullReply(0, pull.queueOffset() + records.size(), 0, queue.end()))
                    .withBody(new ReplyBody(parts, bytes, () -> {})));
        }
    }

    private void query(ReplyTo to, QueueRequest query) {
        if (query instanceof QueueRequest.GetMaxOffset max) {
            offset(to, queue(max.topic(), max.queueId()).end());
        } else if (query instanceof QueueRequest.GetMinOffset || query instanceof QueueRequest.SearchOffset) {
            offset(to, 0);
        } else if (query instanceof QueueRequest.QueryConsumerOffset ask) {
            Long stored = offset(ask.consumerGroup(), ask.topic(), ask.queueId());
            if (stored == null) {
                to.reply(Reply.failure(ResponseCode.QUERY_NOT_FOUND, "none"));
            } else {
                offset(to, stored);
            }
        } else if (query instanceof QueueRequest.UpdateConsumerOffset update) {
            offsets.put(update.consumerGroup() + "@" + update.topic() + "@" + update.queueId(), update.commitOffset());
            to.reply(Reply.success());
        } else {
            to.reply(Reply.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "not faked"));
        }
    }

    private static void offset(ReplyTo to, long offset) {
        to.reply(Reply.success(new ReplyHeader.OffsetReply(offset)));
    }

    private void member(Connection connection, ReplyTo to, MemberRequest request) {
        if (request instanceof MemberRequest.Heartbeat beat) {
            for (ConsumerData consumer : beat.data().consumerDataSet()) {
                members.computeIfAbsent(consumer.groupName(), group -> new ConcurrentHashMap<>())
                        .put(beat.data().clientID(), connection);
            }
            beat.data().producerDataSet().forEach(producer -> producers.add(producer.groupName()));
            to.reply(Reply.success(new ReplyHeader.HeartbeatReply(true, false)));
        } else if (request instanceof MemberRequest.UnregisterClient leave) {
            if (leave.consumerGroup() != null) {
                members.getOrDefault(leave.consumerGroup(), Map.of()).remove(leave.clientID());
            }
            if (leave.producerGroup() != null) {
                producers.remove(leave.producerGroup());
            }
            to.reply(Reply.success());
        } else if (request instanceof MemberRequest.CheckClientConfig) {
            to.reply(
                    scripted.areFiltersRefused
                            ? Reply.failure(ResponseCode.SUBSCRIPTION_PARSE_FAILED, "no such filter")
                            : Reply.success());
        } else if (request instanceof MemberRequest.RecallMessage recall) {
            recall(to, recall);
        } else if (request instanceof MemberRequest.GetConsumerList list) {
            to.reply(Reply.json(new ConsumerList(
                    List.copyOf(new TreeMap<>(members.getOrDefault(list.consumerGroup(), Map.of())).keySet()))));
        } else if (request instanceof MemberRequest.LockQueues lock) {
            lock(to, lock.locks());
        } else if (request instanceof MemberRequest.UnlockQueues unlock) {
            unlock.locks()
                    .mqSet()
                    .forEach(queue -> locks.remove(queue, unlock.locks().clientId()));
            to.reply(Reply.success());
        } else if (request instanceof MemberRequest.SendBack) {
            if (!refuses(to)) {
                to.reply(Reply.success());
            }
        } else {
            to.reply(Reply.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "not faked"));
        }
    }

    private void lock(ReplyTo to, QueueLocks wanted) {
        wanted.mqSet().forEach(queue -> locks.putIfAbsent(queue, wanted.clientId()));
        to.reply(Reply.json(new LockedQueues(wanted.mqSet().stream()
                .filter(queue -> wanted.clientId().equals(locks.get(queue)))
                .collect(Collectors.toSet()))));
    }

    @Override
    public void close() {
        server.close();
    }
}
