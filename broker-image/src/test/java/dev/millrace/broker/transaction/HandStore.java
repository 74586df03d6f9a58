package dev.millrace.broker.transaction;

import dev.millrace.broker.consumergroup.ConsumerOffsetTable;
import dev.millrace.broker.consumergroup.Members;
import dev.millrace.broker.files.StateFile;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.protocol.body.ConsumerOffsets;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.Agent;
import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import dev.millrace.store.Disk;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.StoreException;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.testkit.ManualClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store with transactions on a manual clock; its agents run when a test says so. */
final class HandStore implements AutoCloseable {
    static final byte[] HOST = {127, 0, 0, 1, 0, 0, 0x2a, (byte) 0x9f};
    private static final int SEGMENT_BYTES = 64 * 1024;

    final ManualClock clock;
    final MessageStore store;
    final HalfFollower follower;
    final ConsumerOffsetTable offsets;
    final Transactions transactions;
    final Settlements settlements;
    private final List<Agent> agents = new ArrayList<>();

    /** Whether appends of transactions throw. */
    boolean failAppends;

    HandStore(Path folder, ManualClock clock, String... settings) {
        this(new LocalDisk(), folder, clock, settings);
    }

    HandStore(Disk disk, Path folder, ManualClock clock, String... settings) {
        this.clock = clock;
        Map<String, String> values = new TreeMap<>(Map.of(
                "store.path", folder.toString(),
                "store.segment-size", SEGMENT_BYTES + "B",
                "store.record-size-max", "16KiB",
                "store.index-enabled", "false",
                "store.disk.clean-ratio", "1",
                "store.disk.full-ratio", "1",
                "store.disk.reserve", "0B"));
        for (String setting : settings) {
            int at = setting.indexOf('=');
            values.put(setting.substring(0, at), setting.substring(at + 1));
        }
        Settings bound = Settings.of(values);
        Path state = folder.resolve("config");
        follower = new HalfFollower(bound.bind(TransactionConfig.class), disk, state);
        store = StoreWiring.open(
                bound.bind(StoreConfig.class),
                new StoreDependencies(
                        disk,
                        clock,
                        clock.nanos(),
                        (roleName, agent) -> {
                            agents.add(agent);
                            return () -> {};
                        },
                        fault -> {
                            throw new AssertionError(fault);
                        },
                        RecoveryListener.NONE,
                        List.of(follower)));
        offsets = new ConsumerOffsetTable(new StateFile<>(state.resolve("consumerOffset.json"), ConsumerOffsets.class));
        MessageStore guarded = guarded();
        settlements = new Settlements(guarded, clock, HOST);
        transactions = new Transactions(new Transactions.Parts(
                guarded, follower, new Members(clock.nanos()), offsets, clock, HOST, "broker-0", () -> {}));
    }

    /** The store, which throws at appends if the test wants it. */
    private MessageStore guarded() {
        return (MessageStore) Proxy.newProxyInstance(
                MessageStore.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> {
                    if (failAppends && method.getName().equals("append")) {
                        throw new StoreException("an append of the test fails");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    static final class Append extends AppendRequest {
        private boolean isAppended;

        Append(int count) {
            super(count);
        }

        boolean isAppended() {
            return isAppended;
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            if (!(outcome instanceof AppendOutcome.Appended)) {
                throw new AssertionError(outcome);
            }
            isAppended = true;
        }
    }

    List<Agent> agents() {
        return agents;
    }

    void run() {
        int work = 1;
        while (work > 0) {
            work = 0;
            for (Agent agent : agents) {
                work += agent.doWork();
            }
        }
    }

    /** Lets time pass in small steps, with turns of all that run beside requests. */
    void pass(Duration time) {
        Duration step = Duration.ofMinutes(1).compareTo(time) > 0 ? time : Duration.ofMinutes(1);
        for (Duration left = time; left.isPositive(); left = left.minus(step)) {
            clock.advance(step);
            transactions.turn();
            run();
        }
        transactions.save();
    }

    /** Appends a record as it is; gives its position. */
    long append(String topic, String body, Map<String, String> properties, int systemFlag, long preparedPosition) {
        Append request = submit(topic, body, properties, systemFlag, preparedPosition, clock.millis());
        run();
        return request.positions[0];
    }

    /** Hands a record over as it is. */
    Append submit(
            String topic,
            String body,
            Map<String, String> properties,
            int systemFlag,
            long preparedPosition,
            long bornTimeMs) {
        byte[] topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        byte[] text = MessageProperties.encode(properties).getBytes(StandardCharsets.UTF_8);
        ByteBuffer record = ByteBuffer.allocate(64 * 1024);
        StoredMessageEncoder.Head head =
                new StoredMessageEncoder.Head(0, 0, systemFlag, bornTimeMs, HOST, HOST, 0, preparedPosition);
        new StoredMessageEncoder()
                .encode(
                        record,
                        head,
                        ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
                        topicBytes,
                        ByteBuffer.wrap(text));
        Append request = new Append(1);
        request.records = record.flip();
        request.queues[0] = store.queue(topic, 0);
        request.count = 1;
        if (!store.append(request)) {
            throw new AssertionError("inbox full");
        }
        return request;
    }

    /** Stores a half message for queue 0 of a topic; gives its position. */
    long half(String topic, String body) {
        return halfBornAt(topic, body, clock.millis());
    }

    long halfBornAt(String topic, String body, long bornTimeMs) {
        Append request = submit(TopicNames.HALF, body, halfProperties(topic), 0, 0, bornTimeMs);
        run();
        return request.positions[0];
    }

    static Map<String, String> halfProperties(String topic) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(PropertyNames.TRANSACTION_PREPARED, "true");
        properties.put(PropertyNames.PRODUCER_GROUP, "producers");
        properties.put(PropertyNames.TAGS, "A");
        properties.put(PropertyNames.REAL_TOPIC, topic);
        properties.put(PropertyNames.REAL_QUEUE_ID, "0");
        return properties;
    }

    HalfRecord record(long position) {
        return HalfRecord.read(store, position).orElseThrow();
    }

    List<StoredMessage> messages(String topic) {
        List<StoredMessage> found = new ArrayList<>();
        QueueLog queue = store.queue(topic, 0);
        long offset = queue.minOffset();
        while (offset < queue.maxOffset()) {
            try (ReadResult result = store.read(queue, new ReadLimits(offset, 32, 1 << 20, 800), EntryFilter.ALL)) {
                result.slices().forEach(slice -> found.addAll(decode(slice)));
                offset = result.nextOffset();
            }
        }
        return found;
    }

    private static List<StoredMessage> decode(ByteBuffer slice) {
        List<StoredMessage> found = new ArrayList<>();
        int at = slice.position();
        while (at < slice.limit()) {
            found.add(StoredMessage.decode(slice, at));
            at += StoredMessageLayout.totalSize(slice, at);
        }
        return found;
    }

    List<String> bodies(String topic) {
        return messages(topic).stream()
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    List<Long> pending() {
        return follower.halves().content().halves().stream().map(Half::position).toList();
    }

    String figure(String name) {
        Map<String, String> table = new TreeMap<>();
        transactions.describe(table);
        return table.getOrDefault(name, "");
    }

    /** Fills a segment with messages of another topic. */
    void fillSegment() {
        for (int i = 0; i < SEGMENT_BYTES / 8192 + 1; i++) {
            append("filler", "x".repeat(8192), Map.of(), 0, 0);
        }
    }

    @Override
    public void close() {
        store.close();
    }
}
