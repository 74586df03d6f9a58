package dev.millrace.broker;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.consumergroup.OffsetResets;
import dev.millrace.broker.consumergroup.QueueLockTable;
import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.delay.DelayAgent;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.delay.RecallHandler;
import dev.millrace.broker.delay.TimerAgent;
import dev.millrace.broker.dispatch.Dispatcher;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.journal.StateJournal;
import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.broker.metrics.RuntimeInfo;
import dev.millrace.broker.metrics.StatisticsBook;
import dev.millrace.broker.pop.Pops;
import dev.millrace.broker.pull.PullHandler;
import dev.millrace.broker.pull.Pulls;
import dev.millrace.broker.registration.Registrar;
import dev.millrace.broker.send.DeliveryTimes;
import dev.millrace.broker.send.InternalSends;
import dev.millrace.broker.send.Sends;
import dev.millrace.broker.topic.GroupTable;
import dev.millrace.broker.topic.SystemTopics;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.topic.TopicTable;
import dev.millrace.broker.transaction.HalfFollower;
import dev.millrace.broker.transaction.Transactions;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.command.MemberRequest;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.Permission;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wires the broker together, and takes it apart again.
 *
 * <p>Owner: the main thread.
 */
final class Broker implements AutoCloseable {
    /** Instead of an epoch, of a broker that is no copy of a group. */
    static final long ALONE = 0;

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    /** A tenth of the precision that delivery times have. */
    private static final Duration TIMED_TICK = Duration.ofMillis(10);

    private static final int TIMED_TURNS_MAX = 64;

    private final BrokerConfig config;
    private final MessageStore store;
    private final InstantSource clock = InstantSource.system();
    private final AdminExecutor admin = new AdminExecutor();
    private final Clocks clocks = Clocks.start();
    private final State state;
    private final StatisticsBook statistics;
    private final Ports ports;
    private final RemotingClient client;
    private final Registrar registrar;
    private final Delays delays;
    private final Transactions transactions;
    private final Deduplication windows;
    private final Pops pops;
    private final Service service;

    /** What answers requests. */
    private record Service(Dispatcher everything, Dispatcher withoutReads, ConnectionGate gate, PullHandler pulls) {
        void begin(Ports ports) {
            ports.serve(everything, withoutReads, gate);
        }
    }

    /**
     * An open store and those who follow it.
     *
     * @param calendar goes on with the calendar of {@code followers}; null for a new one
     */
    record OpenStore(
            MessageStore store,
            long segmentBytes,
            Followers followers,
            DelayConfig delays,
            @Nullable TimerAgent calendar) {}

    /** What delivers messages later: after a level, or at a given time. */
    private record Delays(DelayAgent levels, TimerAgent times) {
        void turn() {
            for (int turns = 0; turns < TIMED_TURNS_MAX && times.turn() > 0; turns++) {
                Thread.onSpinWait();
            }
        }
    }

    /** The threads that do things again and again. */
    private record Clocks(
            BrokerTimers timers,
            BrokerTimers delays,
            BrokerTimers upkeep,
            BrokerTimers state,
            BrokerTimers transactions,
            BrokerTimers pops,
            BrokerTimers registration) {
        static Clocks start() {
            return new Clocks(
                    new BrokerTimers("timers"),
                    new BrokerTimers("delays"),
                    new BrokerTimers("upkeep"),
                    new BrokerTimers("state"),
                    new BrokerTimers("transactions"),
                    new BrokerTimers("pop"),
                    new BrokerTimers("registration"));
        }
    }

    /** What clients made and said, as far as it outlives a request. */
    private record State(
            TopicTable topics,
            GroupTable groups,
            ConsumerOffsetTable offsets,
            OffsetResets resets,
            Members members,
            QueueLockTable locks,
            BrokerCounters counters,
            Deliveries deliveries) {
        static State load(StateTables tables, InstantSource clock, BrokerConfig config) {
            return new State(
                    new TopicTable(tables.topics(), clock),
                    new GroupTable(tables.groups(), clock, config.autoCreateGroups()),
                    new ConsumerOffsetTable(tables.offsets()),
                    new OffsetResets(),
                    new Members(System::nanoTime),
                    new QueueLockTable(System::nanoTime, config.queueLockLease()),
                    new BrokerCounters(),
                    new Deliveries());
        }
    }

    /**
     * Starts to serve an open store.
     *
     * @param tables where definitions and offsets are kept
     * @param settings all settings as text, to be shown to tools
     * @param transport limits of connections
     * @param ports where it is to serve
     * @param epoch of its mastership, or {@link #ALONE}
     */
    Broker(
            BrokerConfig config,
            OpenStore opened,
            StateTables tables,
            Map<String, String> settings,
            TransportSettings transport,
            Ports ports,
            long epoch) {
        MessageStore store = opened.store;
        this.config = config;
        this.store = store;
        this.state = State.load(tables, clock, config);
        this.windows = opened.followers.windows();
        windows.attach(store);
        if (!tables.isInLog()) {
            // In a broker group the log tells windows of changes, on all copies alike.
            state.topics.watch(windows);
        }
        SystemTopics.define(
                state.topics, config.cluster(), config.name(), config.defaultQueues(), config.autoCreateTopics());
        this.statistics = statistics();
        this.ports = ports;
        this.client =
                new RemotingClient(ports.io(), transport, (connection, fields, body) -> {}, ConnectionListener.NONE);
        this.registrar =
                new Registrar(config.namesrv(), identity(epoch), state.topics::snapshot, client, System::nanoTime);
        byte[] storeHost = OffsetMessageId.hostField(new InetSocketAddress(config.host(), config.port()));
        InternalSends internal = new InternalSends(store, storeHost);
        this.delays = new Delays(new DelayAgent(store, internal, clock, tables.delays()), calendar(opened, storeHost));
        this.transactions = new Transactions(transactionParts(opened.followers.halves(), storeHost));
        Dispatcher.Builder table = Dispatcher.builder(admin);
        transactions.register(table);
        this.pops = new Pops(popParts(storeHost), opened.followers.pops(), tables.modes());
        pops.register(table);
        Sends.register(table, sendParts(storeHost, opened), internal, windows);
        table.onLoop(
                RequestCode.RECALL_MESSAGE,
                MemberRequest.RecallMessage.class,
                new RecallHandler(delays.times.recalls(), state.topics, config.name(), clock, opened.delays));
        PullHandler pulls = Pulls.register(table, pullParts(), state.topics, state.members);
        RuntimeInfo info =
                new RuntimeInfo(store, state.counters, clock, pulls::parkedCount, settings, this::describeFeatures);
        HandlerTable.Parts handlers = handlerParts();
        HandlerTable.registerMembers(table, handlers);
        HandlerTable.registerAdmin(table, handlers, pulls, pops);
        HandlerTable.registerRedelivery(table, handlers, internal);
        HandlerTable.registerInfo(table, info);
        this.service = new Service(
                table.build(),
                table.buildWithout(reads()),
                new ConnectionGate(state.members, state.counters.closed(), config.connectionsMax()),
                pulls);
        service.begin(ports);
        startTimers(pulls, info, opened.followers.journal());
    }

    private TimerAgent calendar(OpenStore opened, byte[] storeHost) {
        return opened.calendar != null
                ? opened.calendar
                : new TimerAgent(
                        store, opened.followers.timers(), clock, storeHost, opened.segmentBytes, opened.delays);
    }

    /** Takes no more requests, and answers those that wait for messages; what is under way goes on. */
    void pause() {
        ports.hold();
        service.pulls.answerAll();
        pops.answerAll();
    }

    /** Takes requests again, on the connections that were there. */
    void resume() {
        service.begin(ports);
    }

    private static RequestCode[] reads() {
        List<RequestCode> reads = new ArrayList<>(Pops.reads());
        reads.add(RequestCode.PULL_MESSAGE);
        reads.add(RequestCode.LITE_PULL_MESSAGE);
        return reads.toArray(RequestCode[]::new);
    }

    private Registrar.Identity identity(long epoch) {
        return new Registrar.Identity(
                config.cluster(),
                config.name(),
                address(),
                config.host() + ":" + (config.port() + 1),
                epoch,
                BrokerData.MASTER_ID);
    }

    private String address() {
        return config.host() + ":" + config.port();
    }

    private Sends.Parts sendParts(byte[] storeHost, OpenStore opened) {
        UniqueId uniqueIds = new UniqueId(
                storeHost,
                ProcessHandle.current().pid(),
                config.name().hashCode(),
                () -> clock.millis()
                        - YearMonth.now(ZoneId.systemDefault())
                                .atDay(1)
                                .atStartOfDay(ZoneId.systemDefault())
                                .toInstant()
                                .toEpochMilli());
        return new Sends.Parts(
                store,
                state.topics,
                state.groups,
                state.locks,
                state.counters,
                state.deliveries,
                admin,
                registrar::registerNow,
                transactions::takesHalves,
                new DeliveryTimes(clock, opened.delays.delayMax(), opened.followers.timers()::refusal),
                state.members,
                clock,
                new Sends.Settings(
                        storeHost,
                        config.cluster(),
                        config.name(),
                        uniqueIds,
                        (int) config.bodySizeMax().bytes(),
                        config.autoCreateTopics()));
    }

    private Transactions.Parts transactionParts(HalfFollower halves, byte[] storeHost) {
        return new Transactions.Parts(
                store, halves, state.members, state.offsets, clock, storeHost, config.name(), this::defineGivenUpTopic);
    }

    private Pops.Parts popParts(byte[] storeHost) {
        return new Pops.Parts(
                new Pops.State(
                        store,
                        state.topics,
                        state.groups,
                        state.offsets,
                        state.resets,
                        state.members,
                        state.counters,
                        state.deliveries),
                config.namesrv(),
                client,
                admin,
                registrar::registerNow,
                clock,
                System::nanoTime,
                storeHost,
                config.name(),
                (int) config.pullSizeMax().bytes());
    }

    private void defineGivenUpTopic() {
        if (state.topics.putIfAbsent(TopicConfig.of(TopicNames.HALF_GIVEN_UP, 1, Permission.READ_WRITE))) {
            registrar.registerNow();
        }
    }

    private PullHandler.Parts pullParts() {
        return new PullHandler.Parts(
                store,
                state.groups,
                state.offsets,
                state.resets,
                state.counters,
                state.deliveries,
                admin,
                System::nanoTime,
                (int) config.pullSizeMax().bytes());
    }

    private HandlerTable.Parts handlerParts() {
        return new HandlerTable.Parts(
                state.topics,
                state.groups,
                state.offsets,
                state.resets,
                state.members,
                state.locks,
                state.deliveries,
                statistics,
                store,
                config.name(),
                address(),
                clock,
                registrar::registerNow);
    }

    private StatisticsBook statistics() {
        StatisticsBook book = new StatisticsBook(
                () -> state.topics.snapshot().topicConfigTable().keySet(),
                topic -> store.queues(topic).stream()
                        .mapToLong(QueueLog::maxOffset)
                        .sum(),
                state.deliveries,
                System::nanoTime);
        book.countBroker(config.cluster(), state.counters);
        book.sample();
        return book;
    }

    private void startTimers(PullHandler pulls, RuntimeInfo info, @Nullable StateJournal journal) {
        clocks.timers.every(Duration.ofMillis(20), "delayed messages", () -> {
            while (delays.levels.deliverDue() > 0) {
                Thread.onSpinWait();
            }
        });
        clocks.delays.every(TIMED_TICK, "messages with a delivery time", delays::turn);
        clocks.upkeep.every(Duration.ofMillis(200), "saving the calendar", delays.times::save);
        clocks.timers.every(Duration.ofMillis(50), "parked polls", pulls::answerExpired);
        clocks.upkeep.every(Duration.ofSeconds(5), "saving the start of windows", windows::save);
        clocks.upkeep.every(Duration.ofSeconds(10), "statistics", statistics::sample);
        clocks.state.every(Duration.ofSeconds(1), "saving offsets and messages in flight", pops::save);
        clocks.timers.every(Duration.ofMillis(50), "waiting pops", pops::answerExpired);
        clocks.pops.every(Duration.ofMillis(100), "messages to deliver again", pops::deliverOver);
        clocks.upkeep.every(Duration.ofSeconds(1), "rates", () -> info.sample(System.nanoTime()));
        clocks.upkeep.every(Duration.ofSeconds(10), "expiry of silent clients", () -> {
            state.members.removeSilent();
            state.locks.removeExpired();
        });
        clocks.state.every(Duration.ofSeconds(journal == null ? 10 : 1), "saving delays", delays.levels::save);
        if (journal != null) {
            clocks.state.every(Duration.ofSeconds(1), "state in the log", journal::turn);
        }
        clocks.transactions.every(Duration.ofMillis(250), "questions about transactions", transactions::turn);
        clocks.transactions.every(Duration.ofSeconds(5), "saving transactions", transactions::save);
        clocks.registration.every(Duration.ofMillis(200), "registration", registrar::registerDue);
        registrar.registerNow();
    }

    private void describeFeatures(Map<String, String> table) {
        transactions.describe(table);
        windows.describe(table);
        table.put("consumerGroupsSubscribedDifferently", Long.toString(state.members.conflictCount()));
        pops.describe(table);
        table.putAll(delays.times.figures().table());
    }

    /** The port it listens on. */
    int port() {
        return ports.port();
    }

    /** Leaves the routes, answers what is under way, saves its state. The store and the ports stay open. */
    @Override
    public void close() {
        end(false);
    }

    /** Ends; if its clients are served elsewhere by now, ports and routes are not touched. */
    void end(boolean isServedElsewhere) {
        clocks.registration.close();
        if (!isServedElsewhere) {
            registrar.unregister();
            pause();
        }
        client.close();
        clocks.timers.close();
        clocks.delays.close();
        clocks.transactions.close();
        clocks.pops.close();
        clocks.upkeep.close();
        clocks.state.close();
        admin.close();
        transactions.save();
        saveLast("offsets and messages in flight", pops::saveLast);
        saveLast("the start of windows", windows::save);
        saveLast("delays", delays.levels::save);
        delays.times.close();
        LOG.atInfo().addKeyValue("broker", config.name()).log("broker stopped serving");
    }

    /** What can't be saved is told by the log, or is some seconds of messages that are delivered again. */
    private static void saveLast(String what, Runnable save) {
        try {
            save.run();
        } catch (StateFileException e) {
            LOG.atWarn().addKeyValue("error", e.getMessage()).log("{} not saved at the end", what);
        }
    }
}
