package dev.millrace.broker.pop;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.OffsetResets;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.files.StateTable;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.body.RequestModes;
import dev.millrace.protocol.command.PopRequest;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumption by receipt of a broker whose store is open.
 *
 * <p>Owner: the state thread saves, the pop thread turns; the rest is for any thread. Crash behaviour: offsets and table
 * are written once the log is durable up to where they were taken, offsets first, so a start finds the rest in the log.
 */
public final class Pops {
    private static final Logger LOG = LoggerFactory.getLogger(Pops.class);
    private static final long SAVE_NANOS = Duration.ofSeconds(5).toNanos();
    private static final int TURNS_MAX = 16;
    private static final RequestCode[] READS = {
        RequestCode.POP_MESSAGE, RequestCode.PEEK_MESSAGE, RequestCode.NOTIFICATION, RequestCode.POLLING_INFO
    };

    private final Parts parts;
    private final PopFollower follower;
    private final ParkedPops parked;
    private final Reviver reviver;
    private final PopCounters counters = new PopCounters();
    private final PopHandler handler;
    private final SettleHandlers settles;
    private final PeekHandlers peeks;
    private final AssignmentHandlers assignments;
    private @Nullable Saving saving;
    private long savedNanos;
    private long savedChanges = -1;

    /** What is written once the log is durable up to a position. */
    private record Saving(ConsumerOffsetTable.Capture offsets, InFlight.Content content, long position) {}

    /** What is shared with other features. */
    public record State(
            MessageStore store,
            TopicTable topics,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            Members members,
            BrokerCounters counters,
            Deliveries deliveries) {}

    /**
     * What it needs.
     *
     * @param namesrv addresses of NameServers
     * @param client reaches them
     * @param admin runs what may block
     * @param onTopicChange tells the NameServers; may block
     * @param storeHost host field of the record layout
     */
    public record Parts(
            State state,
            List<String> namesrv,
            RemotingClient client,
            Executor admin,
            Runnable onTopicChange,
            InstantSource clock,
            LongSupplier nanoTime,
            byte[] storeHost,
            String brokerName,
            int bytesMax) {}

    /** @param modes how consumer groups consume */
    public Pops(Parts parts, PopFollower follower, StateTable<RequestModes> modes) {
        this.parts = parts;
        this.follower = follower;
        State state = parts.state;
        InFlight inFlight = follower.inFlight();
        PopConfig config = follower.config();
        this.parked = new ParkedPops(parts.nanoTime, config.pollsMax());
        PopAppends appends = new PopAppends(state.store, follower, parts.clock, parts.storeHost);
        PopRules rules = new PopRules(state.groups, state.topics, config);
        PopReader reader = new PopReader(
                state.store, state.topics, state.offsets, state.resets, inFlight, parts.clock, parts.bytesMax);
        PopHandler.Parts shared = new PopHandler.Parts(
                state.groups,
                state.counters,
                state.deliveries,
                parts.admin,
                parts.clock,
                parts.nanoTime,
                parts.brokerName,
                config.inFlightMax());
        this.handler = new PopHandler(rules, reader, parked, appends, inFlight, shared);
        this.settles = new SettleHandlers(rules, inFlight, appends, parked, counters, shared);
        this.peeks = new PeekHandlers(
                rules, reader, parked, state.store, state.topics, state.offsets, shared, parts.bytesMax);
        this.assignments = new AssignmentHandlers(
                new RequestModeTable(modes),
                new Routes(parts.namesrv, parts.client, state.topics, parts.brokerName, parts.nanoTime),
                state.members,
                state.topics,
                state.groups);
        this.reviver = new Reviver(
                state.store,
                state.topics,
                state.groups,
                inFlight,
                appends,
                parked,
                counters,
                new Reviver.Surroundings(parts.clock, parts.storeHost, parts.onTopicChange));
        follower.listen(this::moved).forEach(this::recovered);
        if (inFlight.count() > 0) {
            LOG.atInfo().log("{} messages are taken and not acknowledged", inFlight.count());
        }
    }

    /** The log knows that a group got further; not if its offset was set elsewhere meanwhile. */
    private void moved(InFlight.Move move) {
        QueueKey key = move.queue();
        ConsumerOffsetTable offsets = parts.state.offsets;
        offsets.advance(key.consumerGroup(), key.topic(), key.queueId(), move.from(), move.to());
        if (offsets.isInLog()) {
            // Also one that changed nothing: other copies wait until it is told to them as known.
            offsets.touch();
        }
    }

    /** The stored offsets are older than the log. Those that are in the log themselves may be meant to be behind. */
    private void recovered(InFlight.Move move) {
        QueueKey key = move.queue();
        ConsumerOffsetTable offsets = parts.state.offsets;
        if (offsets.find(key.consumerGroup(), key.topic(), key.queueId()).isEmpty()) {
            offsets.put(key.consumerGroup(), key.topic(), key.queueId(), move.to());
        }
        long from = offsets.isInLog() ? move.from() : 0;
        offsets.advance(key.consumerGroup(), key.topic(), key.queueId(), from, move.to());
    }

    public void register(Dispatcher.Builder table) {
        table.onLoop(RequestCode.POP_MESSAGE, PopRequest.Pop.class, handler)
                .onLoop(RequestCode.ACK_MESSAGE, PopRequest.Ack.class, settles::ack)
                .onLoop(RequestCode.BATCH_ACK_MESSAGE, PopRequest.BatchAck.class, settles::batchAck)
                .onLoop(
                        RequestCode.CHANGE_MESSAGE_INVISIBLETIME,
                        PopRequest.ChangeInvisibleTime.class,
                        settles::changeInvisibleTime)
                .blocking(RequestCode.PEEK_MESSAGE, PopRequest.Peek.class, peeks::peek)
                .onLoop(RequestCode.NOTIFICATION, PopRequest.Notification.class, peeks::notification)
                .quick(RequestCode.POLLING_INFO, PopRequest.PollingInfo.class, peeks::pollingInfo)
                .blocking(RequestCode.QUERY_ASSIGNMENT, PopRequest.QueryAssignment.class, assignments::query)
                .blocking(RequestCode.SET_MESSAGE_REQUEST_MODE, PopRequest.SetRequestMode.class, assignments::set)
                .blocking(
                        RequestCode.GET_ALL_MESSAGE_REQUEST_MODE,
                        PopRequest.GetAllRequestModes.class,
                        assignments::all);
    }

    /** Requests that the port without long polls does not serve. */
    public static List<RequestCode> reads() {
        return List.of(READS);
    }

    /** Delivers again what is over; called ten times a second. */
    public void deliverOver() {
        int turns = 0;
        while (turns < TURNS_MAX && reviver.turn() > 0) {
            turns++;
        }
    }

    /** Answers the requests whose time is over; called by the timers thread. */
    public int answerExpired() {
        return parked.answerExpired();
    }

    /** Answers all requests that wait: they are to be asked again, of whoever serves then. */
    public void answerAll() {
        parked.answerAll();
    }

    /** The queues of a topic are gone, and with them its retry topics. */
    public void topicDeleted(String topic) {
        State state = parts.state;
        for (String group : state.offsets.consumerGroups(topic)) {
            for (String retry :
                    List.of(TopicNames.popRetryTopic(group, topic), TopicNames.popRetryTopicV2(group, topic))) {
                if (state.topics.remove(retry)) {
                    state.store.deleteTopic(retry);
                    state.offsets.removeTopic(retry);
                    follower.inFlight().forget(key -> key.topic().equals(retry));
                }
            }
        }
        follower.inFlight().forget(key -> key.topic().equals(topic));
        parked.topicDeleted(topic);
    }

    /** A group was moved: its requests that wait look again. */
    public void groupMoved(String consumerGroup, String topic) {
        parked.wakeAll(consumerGroup, topic);
    }

    /** Saves consumer offsets, and what is in flight; called each second. */
    public void save() {
        parts.state.offsets.settle();
        long now = parts.nanoTime.getAsLong();
        boolean isDue = savedNanos == 0 || now - savedNanos >= SAVE_NANOS;
        if (saving == null && (isDue || follower.isSaveWanted())) {
            savedNanos = now;
            saving = capture();
        }
        if (saving != null && saving.position <= parts.state.store.durablePosition()) {
            write(saving);
            saving = null;
        }
    }

    /** Saves what there is, at the end: the store forces its log after this. */
    public void saveLast() {
        write(capture());
    }

    /** The offsets after the table: they hold every move that the table does. In the log they wait for nothing. */
    private Saving capture() {
        InFlight.Content content = follower.inFlight().content();
        parts.state.offsets.settle();
        ConsumerOffsetTable.Capture offsets =
                parts.state.offsets.isInLog() ? ConsumerOffsetTable.Capture.NONE : parts.state.offsets.capture();
        return new Saving(offsets, content, parts.state.store.maxPosition());
    }

    private void write(Saving captured) {
        parts.state.offsets.write(captured.offsets);
        if (captured.content.changes() == savedChanges && !follower.isSaveWanted()) {
            return;
        }
        try {
            follower.file().write(captured.content);
            follower.saved(captured.content.reached());
            savedChanges = captured.content.changes();
        } catch (StoreException e) {
            LOG.atWarn().setCause(e).log("messages in flight can't be saved; a start will look for them in the log");
        }
    }

    /** Adds the figures that tools ask for. */
    public void describe(Map<String, String> table) {
        table.put("popInFlight", Integer.toString(follower.inFlight().count()));
        table.put("popWaiting", Integer.toString(parked.count()));
        counters.describe(table);
    }
}
