package dev.millrace.client.internal.engine;

import dev.millrace.client.ClientEngine;
import dev.millrace.client.ClientException;
import dev.millrace.client.ClientSettings;
import dev.millrace.client.Compression;
import dev.millrace.client.Consumer;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Producer;
import dev.millrace.client.ProducerSettings;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.TraceCounts;
import dev.millrace.client.TransactionSettings;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.internal.compression.Bodies;
import dev.millrace.client.internal.consume.ConsumeContext;
import dev.millrace.client.internal.consume.ConsumeTrace;
import dev.millrace.client.internal.consume.GroupConsumer;
import dev.millrace.client.internal.group.Membership;
import dev.millrace.client.internal.group.OffsetTable;
import dev.millrace.client.internal.message.Preparation;
import dev.millrace.client.internal.message.Records;
import dev.millrace.client.internal.namespace.NamespacedEngine;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Connections;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.NameServers;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.pull.PollingConsumer;
import dev.millrace.client.internal.pull.QueueReaders;
import dev.millrace.client.internal.reply.Requester;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.client.internal.send.BatchSender;
import dev.millrace.client.internal.send.SendContext;
import dev.millrace.client.internal.send.SendTrace;
import dev.millrace.client.internal.send.SingleSender;
import dev.millrace.client.internal.trace.TraceLog;
import dev.millrace.client.internal.trace.Tracing;
import dev.millrace.client.internal.transaction.HalfSender;
import dev.millrace.client.internal.transaction.TransactionTrace;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.UniqueId;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running client: makes everything, knows everything, closes everything. Thread-safe. */
public final class ClientRuntime implements ClientEngine {
    private static final Logger LOG = LoggerFactory.getLogger(ClientRuntime.class);

    private static final int HEARTBEAT_SECONDS = 30;
    private static final int REBALANCE_SECONDS = 20;
    private static final int STORE_SECONDS = 5;
    private static final int LOCK_SECONDS = 20;
    private static final long LEAVE_WAIT_MS = 5000;
    private static final String TRACE_GROUP = "_INNER_TRACE_PRODUCER";
    private static final Duration TRACE_TIMEOUT = Duration.ofSeconds(3);
    private static final long TRACE_BYTES_MAX = 16L * 1024 * 1024;
    private static final long TRACE_FLUSH_MS = 1000;
    private static final long HALF_BYTES_MAX = 64L * 1024 * 1024;

    private final ClientThreads threads;
    private final RemotingClient remoting;
    private final ClientClock clock = new ClientClock(System::nanoTime, System::currentTimeMillis);
    private final Requests requests;
    private final NameServers nameServers;
    private final RouteCache routes;
    private final BrokerFeatures features;
    private final UniqueId ids;
    private final Membership membership;
    private final Requester requester;
    private final Optional<TraceLog> trace;
    private final Map<String, GroupConsumer> consumers = new ConcurrentHashMap<>();
    private final Map<String, HalfSender> transactions = new ConcurrentHashMap<>();
    private final Set<PollingConsumer> pollers = ConcurrentHashMap.newKeySet();
    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();

    /** Starts clients. */
    public static final class Provider implements ClientEngine.Provider {
        @Override
        public ClientEngine start(ClientSettings settings) {
            ClientRuntime runtime = new ClientRuntime(settings);
            try {
                return settings.namespace()
                        .<ClientEngine>map(namespace -> new NamespacedEngine(runtime, namespace))
                        .orElse(runtime);
            } catch (ClientException e) {
                runtime.close();
                throw e;
            }
        }
    }

    ClientRuntime(ClientSettings settings) {
        this.threads = new ClientThreads(settings.ioThreads());
        this.remoting = new RemotingClient(
                threads.io(),
                TransportSettings.defaults().withRequestHeaders(Serialization.ROCKETMQ),
                this::asked,
                new Watcher());
        this.requests = new Requests(new Connections(remoting), settings.requestTimeout());
        this.nameServers = new NameServers(
                requests, settings.namesrv(), ThreadLocalRandom.current().nextInt());
        this.routes = new RouteCache(nameServers, clock);
        this.features = new BrokerFeatures(requests);
        long monthStartMs = LocalDate.now(ZoneId.systemDefault())
                .withDayOfMonth(1)
                .atStartOfDay(ZoneId.systemDefault())
                .toInstant()
                .toEpochMilli();
        this.ids = new UniqueId(
                LocalHost.address(),
                ProcessHandle.current().pid(),
                ThreadLocalRandom.current().nextInt(),
                () -> clock.wallTimeMs() - monthStartMs);
        long pollMs = settings.routePollInterval().toMillis();
        this.membership = new Membership(clientId(), requests, routes);
        this.requester = new Requester(membership, routes, threads.upkeep(), threads::later);
        this.trace = settings.traceTopic().map(this::traceLog);
        threads.timer().scheduleWithFixedDelay(this::pollRoutes, pollMs, pollMs, TimeUnit.MILLISECONDS);
        threads.everySeconds(HEARTBEAT_SECONDS, membership::heartbeat);
        threads.everySeconds(REBALANCE_SECONDS, this::rebalanceAll);
        threads.everySeconds(STORE_SECONDS, () -> consumers.values().forEach(GroupConsumer::storeOffsets));
        threads.everySeconds(LOCK_SECONDS, () -> consumers.values().forEach(GroupConsumer::renewLocks));
    }

    /** Its producer is neither traced nor in a group. */
    private TraceLog traceLog(String topic) {
        ProducerSettings settings = new ProducerSettings(
                TRACE_GROUP,
                TRACE_TIMEOUT,
                Optional.empty(),
                TRACE_BYTES_MAX,
                TRACE_TIMEOUT,
                Compression.ZLIB,
                Integer.MAX_VALUE);
        TraceLog log =
                new TraceLog(topic, new SingleSender(sendContext(settings, SendTrace.NONE), settings, each -> {}));
        threads.timer().scheduleWithFixedDelay(log::flush, TRACE_FLUSH_MS, TRACE_FLUSH_MS, TimeUnit.MILLISECONDS);
        return log;
    }

    private Optional<Tracing> tracing() {
        return trace.map(log -> new Tracing(log, ids, clock.wallMs()));
    }

    private SendContext sendContext(ProducerSettings settings, SendTrace sendTrace) {
        return new SendContext(
                requests,
                routes,
                preparation(settings),
                clock,
                threads::later,
                ClientThreads::isOurs,
                requester,
                sendTrace);
    }

    private void pollRoutes() {
        routes.refreshAll();
        transactions.values().forEach(this::followTopics);
    }

    /** Brokers of these topics may ask about transactions, so each must know this client, also one that comes later. */
    private void followTopics(HalfSender sender) {
        for (String topic : sender.topics()) {
            routes.fetch(topic).thenAccept(view -> heartbeatIfDue());
        }
    }

    private void heartbeatIfDue() {
        if (membership.isHeartbeatDue()) {
            threads.upkeep().later(membership::heartbeat, 0);
        }
    }

    private static String clientId() {
        return LocalHost.text(LocalHost.address()) + "@"
                + ProcessHandle.current().pid() + "#"
                + Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    /** Knows the event loops by their first connection. */
    private final class Watcher implements ConnectionListener {
        private final AtomicBoolean isHeartbeatDue = new AtomicBoolean();

        @Override
        public void opened(Connection connection) {
            ClientThreads.mark();
            if ((membership.isInGroups() || !transactions.isEmpty() || requester.isUsed())
                    && isHeartbeatDue.compareAndSet(false, true)) {
                threads.upkeep().later(this::heartbeat, 0);
            }
        }

        /** A broker that was away has forgotten who is in its groups. */
        private void heartbeat() {
            isHeartbeatDue.set(false);
            membership.heartbeat();
        }

        @Override
        public void closed(Connection connection) {
            features.forget();
        }
    }

    public Requests requests() {
        return requests;
    }

    public NameServers nameServers() {
        return nameServers;
    }

    public RouteCache routes() {
        return routes;
    }

    @Override
    public Producer open(ProducerSettings settings) {
        SendContext context =
                sendContext(settings, tracing().<SendTrace>map(each -> each).orElse(SendTrace.NONE));
        Producer producer = settings.batching()
                .<Producer>map(batching ->
                        new BatchSender(context, settings, batching, features, each -> closed(each, settings.group())))
                .orElseGet(() -> new SingleSender(context, settings, each -> closed(each, settings.group())));
        open.add(producer);
        membership.addProducer(settings.group());
        return producer;
    }

    private Preparation preparation(ProducerSettings settings) {
        if (settings.compressFromBytes() != Integer.MAX_VALUE) {
            Bodies.compress(new byte[1], settings.compression()); // a library that is missing shows here, not at a send
        }
        return new Preparation(ids, clock.wallMs(), settings.compression(), settings.compressFromBytes());
    }

    /** Takes it out of its group, and waits for the brokers unless that would stop the client's own threads. */
    private void closed(Producer producer, String group) {
        if (!open.remove(producer)) {
            return;
        }
        CompletableFuture<Boolean> left = threads.upkeep().now(() -> membership.removeProducer(group));
        if (ClientThreads.isOurs()) {
            return;
        }
        try {
            Faults.await(left, LEAVE_WAIT_MS, "taking a producer out of group " + group);
        } catch (ClientException e) {
            LOG.atDebug()
                    .addKeyValue("error", e.getMessage())
                    .log("brokers find out that a producer has closed by themselves");
        }
    }

    @Override
    public Consumer open(ConsumerSettings settings) {
        ConsumeContext context = new ConsumeContext(
                requests,
                routes,
                clock,
                membership,
                reading(),
                threads::later,
                threads.upkeep(),
                threads.workers(settings.group(), settings.threads()),
                this::closed,
                tracing().<ConsumeTrace>map(each -> each).orElse(ConsumeTrace.NONE));
        GroupConsumer consumer = new GroupConsumer(context, settings);
        Faults.await(threads.upkeep().now(consumer::start));
        consumers.put(settings.group(), consumer);
        open.add(consumer);
        return consumer;
    }

    private void closed(GroupConsumer consumer) {
        consumers.remove(consumer.group(), consumer);
        open.remove(consumer);
    }

    private void closed(PollingConsumer consumer) {
        pollers.remove(consumer);
        open.remove(consumer);
    }

    private QueueReaders.Parts reading() {
        return new QueueReaders.Parts(requests, features, routes, clock, threads::later);
    }

    @Override
    public PullConsumer open(PullConsumerSettings settings) {
        PollingConsumer consumer = new PollingConsumer(reading(), membership, threads.upkeep(), settings, this::closed);
        open.add(consumer);
        pollers.add(consumer);
        return consumer;
    }

    @Override
    public TransactionalProducer open(TransactionSettings settings) {
        Producer producer = open(new ProducerSettings(
                settings.group(),
                settings.sendTimeout(),
                Optional.empty(),
                HALF_BYTES_MAX,
                settings.sendTimeout(),
                Compression.ZLIB,
                Integer.MAX_VALUE));
        HalfSender sender = new HalfSender(
                settings,
                producer,
                requests,
                routes,
                threads.checks(settings.group()),
                this::closed,
                tracing().<TransactionTrace>map(each -> each).orElse(TransactionTrace.NONE));
        if (transactions.putIfAbsent(settings.group(), sender) != null) {
            sender.close();
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "this client has a transactional producer of group " + settings.group()
                            + " already; share it, or use another group");
        }
        open.add(sender);
        followTopics(sender);
        heartbeatIfDue();
        return sender;
    }

    private void closed(HalfSender sender) {
        transactions.remove(sender.group(), sender);
        open.remove(sender);
    }

    private void askedForOutcome(Connection connection, HeaderFields fields, ByteBuffer body) {
        String broker = fields.text("bname");
        ReceivedMessage message = Records.decode(body, broker == null ? connection.remoteAddress() : broker)
                .get(0);
        HalfSender sender =
                transactions.get(message.property(PropertyNames.PRODUCER_GROUP).orElse(""));
        if (sender != null) {
            sender.asked(
                    connection,
                    fields.requiredLong("tranStateTableOffset"),
                    fields.requiredLong("commitLogOffset"),
                    message);
        }
    }

    /** What a broker asks of this client; on an event loop. */
    private void asked(Connection connection, HeaderFields fields, ByteBuffer body) {
        if (fields.code() == RequestCode.CHECK_TRANSACTION_STATE.number()) {
            askedForOutcome(connection, fields, body);
            return;
        }
        if (fields.code() == RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT.number()) {
            requester.answered(connection, fields, body);
            return;
        }
        if (fields.code() == RequestCode.NOTIFY_CONSUMER_IDS_CHANGED.number()) {
            String group = fields.requiredText("consumerGroup");
            threads.upkeep().later(() -> rebalance(group), 0);
        } else if (fields.code() == RequestCode.RESET_CONSUMER_CLIENT_OFFSET.number()) {
            GroupConsumer consumer = consumers.get(fields.requiredText("group"));
            Map<TopicQueue, Long> positions = new HashMap<>();
            BodyJson.read(OffsetTable.class, body)
                    .offsetTable()
                    .forEach((queue, offset) ->
                            positions.put(new TopicQueue(queue.topic(), queue.brokerName(), queue.queueId()), offset));
            if (consumer != null) {
                threads.upkeep().later(() -> consumer.reset(positions), 0);
            }
        } else if (!fields.isOneWay()) {
            ReplyTo.of(connection, fields)
                    .reply(Reply.failure(
                            ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
                            "request " + fields.code() + " is not known to this client"));
        }
    }

    private void rebalance(String group) {
        GroupConsumer consumer = consumers.get(group);
        if (consumer != null) {
            consumer.rebalance();
        }
        for (PollingConsumer poller : pollers) {
            if (poller.group().equals(group)) {
                poller.rebalance();
            }
        }
    }

    private void rebalanceAll() {
        consumers.values().forEach(GroupConsumer::rebalance);
        pollers.forEach(PollingConsumer::rebalance);
    }

    @Override
    public TraceCounts traceCounts() {
        return trace.map(TraceLog::counts).orElse(new TraceCounts(0, 0, 0));
    }

    @Override
    public void close() {
        for (AutoCloseable each : open) {
            try {
                each.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a producer or consumer did not close well");
            }
        }
        trace.ifPresent(TraceLog::close);
        requester.close();
        remoting.close();
        threads.close();
    }
}
