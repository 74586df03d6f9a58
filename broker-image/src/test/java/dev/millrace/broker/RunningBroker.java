package dev.millrace.broker;

import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.delay.TimerFollower;
import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.pop.PopFollower;
import dev.millrace.broker.transaction.HalfFollower;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.PullMessage;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.store.AgentThreads;
import dev.millrace.store.MessageStore;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A broker on a real store and real sockets, and a connection to it. */
final class RunningBroker implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final MessageStore store;
    private final StoreLookups lookups = new StoreLookups();
    private final Ports ports;
    private final Broker broker;
    private final IoThreads io = IoThreads.start(1);
    private final BlockingQueue<Answer> notices = new LinkedBlockingQueue<>();
    private final RemotingClient client = new RemotingClient(
            io,
            TransportSettings.defaults(),
            (connection, fields, body) -> notices.add(Answer.of(fields, body)),
            ConnectionListener.NONE);

    RunningBroker(Path folder, String... settings) {
        this(folder, TransportSettings.defaults(), settings);
    }

    RunningBroker(Path folder, TransportSettings transport, String... settings) {
        Map<String, String> values = new TreeMap<>(Map.of(
                "broker.port", "0",
                "store.path", folder.toString(),
                "store.segment-size", "1MiB",
                "broker.body-size-max", "64KiB",
                "store.record-size-max", "256KiB",
                "store.disk.reserve", "0B"));
        for (String setting : settings) {
            int at = setting.indexOf('=');
            values.put(setting.substring(0, at), setting.substring(at + 1));
        }
        Settings bound = Settings.of(values);
        BrokerConfig config = bound.bind(BrokerConfig.class);
        StoreConfig storeConfig = bound.bind(StoreConfig.class);
        Path stateFolder = folder.resolve("config");
        HalfFollower halves = new HalfFollower(bound.bind(TransactionConfig.class), new LocalDisk(), stateFolder);
        DelayConfig delayConfig = bound.bind(DelayConfig.class);
        PopFollower pops = new PopFollower(bound.bind(PopConfig.class), new LocalDisk(), stateFolder);
        bound.checkAllUsed();
        TimerFollower timers = new TimerFollower(new LocalDisk(), storeConfig.path(), delayConfig);
        Deduplication windows = new Deduplication(stateFolder, InstantSource.system());
        Followers followers = new Followers(halves, timers, pops, windows, null);
        store = StoreWiring.open(
                storeConfig,
                new StoreDependencies(
                        new LocalDisk(),
                        InstantSource.system(),
                        System::nanoTime,
                        new AgentThreads(0, (role, fault) -> {
                            throw new AssertionError(role, fault);
                        }),
                        fault -> {
                            throw new AssertionError(fault);
                        },
                        RecoveryListener.NONE,
                        followers.inOrder()));
        ports = Ports.open(config, transport);
        broker = new Broker(
                config,
                new Broker.OpenStore(lookups.over(store), storeConfig.segmentBytes(), followers, delayConfig, null),
                StateTables.inFiles(stateFolder),
                Map.of("broker.name", config.name()),
                transport,
                ports,
                Broker.ALONE);
    }

    /** A broker that is made already; closing this closes it. */
    RunningBroker(MessageStore store, Ports ports, Broker broker) {
        this.store = store;
        this.ports = ports;
        this.broker = broker;
    }

    /** An answer, copied. */
    record Answer(int code, String remark, Map<String, String> fields, byte[] body) {
        static Answer of(HeaderFields fields, ByteBuffer body) {
            byte[] bytes = new byte[body.remaining()];
            body.get(body.position(), bytes);
            return new Answer(fields.code(), String.valueOf(fields.remark()), fields.toMap(), bytes);
        }

        ResponseCode responseCode() {
            return ResponseCode.ofNumber(code).orElseThrow();
        }

        String text(String field) {
            return fields.getOrDefault(field, "");
        }

        long number(String field) {
            return Long.parseLong(text(field));
        }
    }

    Answer ask(Request request) {
        return client.call(address(), request, TIMEOUT, Answer::of).join();
    }

    /** Sends a message and waits until its queue shows it: queues are dispatched behind the log. */
    Answer store(SendMessage message) {
        Answer sent = ask(message);
        if (sent.responseCode() != ResponseCode.SUCCESS) {
            throw new AssertionError("not stored: " + sent.responseCode() + " " + sent.remark());
        }
        PullMessage pull = new PullMessage(
                "readers",
                message.topic(),
                (int) sent.number("queueId"),
                sent.number("queueOffset"),
                new PullMessage.Limits(1, -1),
                PullMessage.FLAG_SUBSCRIPTION | PullMessage.FLAG_SUSPEND,
                0,
                1_000,
                new PullMessage.Filter("*", "TAG", 0));
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        while (ask(pull).responseCode() != ResponseCode.SUCCESS) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not readable within " + TIMEOUT + ": " + pull);
            }
        }
        return sent;
    }

    CompletableFuture<Answer> askLater(Request request) {
        return client.call(address(), request, TIMEOUT, Answer::of);
    }

    Connection connection() {
        return client.connection(address()).join();
    }

    /** Code of the next request that the broker sends to this client. */
    int nextNotice() throws InterruptedException {
        return nextRequest().code();
    }

    /** The next request that the broker sends to this client. */
    Answer nextRequest() throws InterruptedException {
        Answer notice = notices.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        if (notice == null) {
            throw new AssertionError("no notice within " + TIMEOUT);
        }
        return notice;
    }

    int port() {
        return broker.port();
    }

    String address() {
        return "127.0.0.1:" + broker.port();
    }

    /** Who looked at records by their position so far. */
    StoreLookups lookups() {
        return lookups;
    }

    MessageStore store() {
        return store;
    }

    static SendMessage message(String topic, int queueId, String properties, String body) {
        return message(topic, queueId, properties, body.getBytes(StandardCharsets.UTF_8));
    }

    static SendMessage message(String topic, int queueId, String properties, byte[] body) {
        return new SendMessage(
                "producers",
                topic,
                queueId,
                new SendMessage.Template("TBW102", 4),
                new SendMessage.Origin(0, 1_700_000_000_000L, 7, false),
                SendMessage.Retry.NONE,
                false,
                ByteBuffer.wrap(properties.getBytes(StandardCharsets.UTF_8)),
                ByteBuffer.wrap(body));
    }

    @Override
    public void close() {
        client.close();
        io.close();
        broker.close();
        ports.close();
        store.close();
    }
}
