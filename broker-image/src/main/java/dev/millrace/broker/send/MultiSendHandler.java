package dev.millrace.broker.send;

import dev.millrace.broker.deduplication.Window;
import dev.millrace.broker.dispatch.Caller;
import dev.millrace.broker.dispatch.Handler;
import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.OwnRequest.MultiSend;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.MultiSendBody;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.QueueLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores the records of any number of queues and topics in one append. A group whose topic takes no messages is refused
 * alone; the others are stored.
 *
 * <p>Owner: the event loop of the connection. {@code // hot path}: per record it compares the body's CRC, finds the
 * queue and fills in the hosts.
 */
final class MultiSendHandler implements Handler<MultiSend> {
    private static final SendMessage.Origin NO_ORIGIN = new SendMessage.Origin(0, 0, 0, false);
    private static final int TEMPLATE_QUEUES = 8;

    private final SendParts parts;
    private final ThreadLocal<LoopState> states;

    private static final class LoopState {
        private final MultiSendBody.Reader reader = new MultiSendBody.Reader();
        private final StoredMessageEncoder crc = new StoredMessageEncoder();
        private @Nullable QueueLog[] queues = new @Nullable QueueLog[0];
    }

    MultiSendHandler(SendParts parts) {
        this.parts = parts;
        this.states = ThreadLocal.withInitial(LoopState::new);
    }

    @Override
    public void handle(MultiSend request, Caller caller) {
        handle(request, caller, false);
    }

    /** @param isFetched whether what de-duplication windows look at in the log was brought into memory */
    private void handle(MultiSend request, Caller caller, boolean isFetched) {
        LoopState state = states.get();
        MultiSendBody.Reader reader = state.reader.open(request.body());
        Set<String> missing = missingTopics(reader);
        if (!missing.isEmpty()) {
            createFirst(missing, request, caller);
            return;
        }
        List<Runnable> fetches = isFetched ? List.of() : fetches(reader);
        if (!fetches.isEmpty()) {
            MultiSend lasting = copy(request);
            SendHandler.resend(
                    parts.admin(), caller, () -> fetches.forEach(Runnable::run), () -> handle(lasting, caller, true));
            return;
        }
        List<MultiSendRequest.Group> groups = new ArrayList<>(reader.groupCount());
        MultiSendRequest append = new MultiSendRequest(
                reader.recordCount(), ByteBuffer.allocate(request.body().remaining()), caller.to(), groups);
        byte[] bornHost = parts.loops().current().bornHost(caller.connection());
        boolean isHandedOver = false;
        try {
            while (reader.nextGroup()) {
                groups.add(take(state, append, bornHost));
            }
            append.records.flip();
            isHandedOver = append.count == 0 || parts.store().append(append);
        } finally {
            if (!isHandedOver) {
                append.repeats.giveUpFrom(0, AppendOutcome.Throttled.INSTANCE);
            }
        }
        if (append.count == 0) {
            append.answerWhenEnded();
        } else if (!isHandedOver) {
            caller.reply(Reply.failure(ResponseCode.SYSTEM_BUSY, SendFailures.BUSY));
        }
        parts.counters().sent(append.count, append.records.remaining());
    }

    private Set<String> missingTopics(MultiSendBody.Reader reader) {
        Set<String> missing = Set.of();
        while (reader.nextGroup()) {
            String topic = reader.topic();
            if (parts.creation().mayCreate(topic)) {
                missing = missing.isEmpty() ? new LinkedHashSet<>() : missing;
                missing.add(topic);
            }
        }
        reader.rewind();
        return missing;
    }

    /** What may block before the records' ids can be looked for: nothing unless a window is older than memory. */
    private List<Runnable> fetches(MultiSendBody.Reader reader) {
        List<Runnable> fetches = new ArrayList<>();
        while (reader.nextGroup()) {
            Window window = parts.targets().window(reader.topic());
            if (window != null && window.holdsCold()) {
                addFetches(reader, window, fetches);
            }
        }
        reader.rewind();
        return fetches;
    }

    private static void addFetches(MultiSendBody.Reader reader, Window window, List<Runnable> fetches) {
        while (reader.nextRecord()) {
            String key = key(reader.buffer(), reader.recordAt(), window);
            if (key != null && window.mayBlock(key)) {
                fetches.add(() -> window.fetch(key));
            }
        }
    }

    private static MultiSend copy(MultiSend request) {
        ByteBuffer view = request.body();
        return new MultiSend(
                ByteBuffer.allocate(view.remaining()).put(view.duplicate()).flip());
    }

    private void createFirst(Set<String> missing, MultiSend request, Caller caller) {
        MultiSend lasting = copy(request);
        SendHandler.resend(parts.admin(), caller, () -> missing.forEach(this::create), () -> handle(lasting, caller));
    }

    private void create(String topic) {
        ByteBuffer nothing = ByteBuffer.allocate(0);
        parts.creation()
                .create(new SendMessage(
                        "",
                        topic,
                        0,
                        new SendMessage.Template(TopicNames.TEMPLATE, TEMPLATE_QUEUES),
                        NO_ORIGIN,
                        SendMessage.Retry.NONE,
                        true,
                        nothing,
                        nothing));
    }

    private MultiSendRequest.Group take(LoopState state, MultiSendRequest append, byte[] bornHost) {
        MultiSendBody.Reader reader = state.reader;
        String topic = reader.topic();
        int start = append.records.position();
        int countBefore = append.count;
        try {
            TopicConfig config = parts.targets().writable(topic);
            if (config == null || TopicNames.isRetry(topic)) {
                throw new RequestFailure(
                        ResponseCode.TOPIC_NOT_EXIST, "topic[" + topic + "] not exist, apply first please!");
            }
            append.records.put(start, reader.buffer(), reader.recordsStart(), reader.recordsBytes());
            append.records.position(start + reader.recordsBytes());
            findQueues(state, config);
            while (reader.nextRecord()) {
                int at = start + reader.recordAt() - reader.recordsStart();
                append.queues[append.count++] = check(state, append.records, at, config);
                complete(append.records, at, bornHost);
            }
            Window window = parts.targets().window(config);
            if (append.repeats.count() > 0 || window != null) {
                keepNew(append, start, countBefore, window);
            }
            return new MultiSendRequest.Group(reader.groupRecordCount(), ResponseCode.SUCCESS, null);
        } catch (RequestFailure refused) {
            append.records.position(start);
            append.count = countBefore;
            return new MultiSendRequest.Group(0, refused.code(), refused.remark());
        }
    }

    /** Takes the records out of the group that begins at {@code start} that repeat earlier messages. */
    private static void keepNew(MultiSendRequest append, int start, int first, @Nullable Window window) {
        ByteBuffer records = append.records;
        int end = records.position();
        int kept = start;
        int next = first;
        append.startRepeats(first);
        int index = first;
        for (int from = start; from < end; index++) {
            int size = StoredMessageLayout.totalSize(records, from);
            String key = window == null ? null : key(records, from, window);
            if (append.repeats.take(window, key, StoredMessageLayout.queueId(records, from), 0)) {
                if (kept != from) {
                    records.put(kept, records, from, size);
                }
                append.queues[next++] = append.queues[index];
                kept += size;
            }
            from += size;
        }
        append.count = next;
        records.position(kept);
    }

    private static @Nullable String key(ByteBuffer records, int at, Window window) {
        return MessageProperties.value(
                records,
                StoredMessageLayout.propertiesStart(records, at),
                StoredMessageLayout.propertiesLength(records, at),
                window.keyName());
    }

    private static void findQueues(LoopState state, TopicConfig config) {
        if (state.queues.length < config.writeQueueNums()) {
            state.queues = new @Nullable QueueLog[config.writeQueueNums()];
        } else {
            Arrays.fill(state.queues, 0, config.writeQueueNums(), null);
        }
    }

    private QueueLog check(LoopState state, ByteBuffer records, int at, TopicConfig config) {
        int queueId = StoredMessageLayout.queueId(records, at);
        if (queueId < 0 || queueId >= config.writeQueueNums()) {
            throw new RequestFailure(
                    ResponseCode.INVALID_PARAMETER,
                    "queueId[" + queueId + "] is illegal: topic " + config.topicName() + " has queues 0.."
                            + (config.writeQueueNums() - 1) + "; refresh the route");
        }
        int bodyLength = StoredMessageLayout.bodyLength(records, at);
        SendHandler.checkBody(bodyLength, parts.bodyBytesMax());
        int bodyStart = StoredMessageLayout.bodyStart(records, at);
        int crc = state.crc.crcOf(records, bodyStart, bodyStart + bodyLength);
        if (crc != StoredMessageLayout.bodyCrc(records, at)) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "a body of topic " + config.topicName() + " has the CRC " + crc + ", its record says "
                            + StoredMessageLayout.bodyCrc(records, at) + "; it was damaged on the way, send it again");
        }
        refuseLater(records, at, config);
        QueueLog queue = state.queues[queueId];
        if (queue == null) {
            queue = parts.store().queue(config.topicName(), queueId);
            state.queues[queueId] = queue;
        }
        return queue;
    }

    /** A record of this request is stored as it is, so none may ask to be delivered at another time or not yet. */
    private static void refuseLater(ByteBuffer records, int at, TopicConfig config) {
        int start = StoredMessageLayout.propertiesStart(records, at);
        String name = LaterProperties.find(records, start, StoredMessageLayout.propertiesLength(records, at));
        if (name != null) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "a message of topic " + config.topicName() + " has the property " + name
                            + ": it is delayed or part of a transaction; send it alone");
        }
    }

    /** Fills in what only the broker knows. Only its own records settle others, so the prepared position is cleared. */
    private void complete(ByteBuffer records, int at, byte[] bornHost) {
        records.putLong(at + StoredMessageLayout.preparedPositionOffset(0), 0);
        byte[] storeHost = parts.loops().storeHost();
        if (bornHost.length == StoredMessageLayout.HOST_IPV4_LENGTH) {
            records.put(at + StoredMessageLayout.BORN_HOST_OFFSET, bornHost);
        }
        if (storeHost.length == StoredMessageLayout.HOST_IPV4_LENGTH) {
            records.put(at + StoredMessageLayout.storeHostOffset(0), storeHost);
        }
    }
}
