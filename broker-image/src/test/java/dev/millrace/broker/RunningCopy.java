package dev.millrace.broker;

import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.delay.TimerAgent;
import dev.millrace.broker.journal.StateJournal;
import dev.millrace.broker.journal.StateTables;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.topic.TopicNames;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.protocol.config.Settings;
import dev.millrace.protocol.transport.TransportSettings;
import dev.millrace.store.AgentThreads;
import dev.millrace.store.GroupMembership;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.RecoveryListener;
import dev.millrace.store.StoreConfig;
import dev.millrace.store.StoreDependencies;
import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One copy of a broker group on a real store: it stands by until a test makes it master. Owner: one test. */
final class RunningCopy implements AutoCloseable {
    static final byte[] HOST = {127, 0, 0, 1, 0, 0, 0x2a, (byte) 0x9f};
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    final Followers followers;
    private final Settings bound;
    private final StoreConfig storeConfig;
    private final DelayConfig delays;
    private final BrokerConfig config;
    private final AtomicReference<@Nullable GroupStore> opened = new AtomicReference<>();
    private final GroupStore group;
    private final StandBy standBy;
    private @Nullable RunningBroker serving;

    RunningCopy(Path folder, String... settings) {
        Map<String, String> values = new TreeMap<>(Map.of(
                "broker.port", "0",
                "store.path", folder.toString(),
                "store.segment-size", "1MiB",
                "broker.body-size-max", "64KiB",
                "store.record-size-max", "256KiB",
                "store.flush.interval", "20ms",
                "store.disk.reserve", "0B"));
        for (String setting : settings) {
            int at = setting.indexOf('=');
            values.put(setting.substring(0, at), setting.substring(at + 1));
        }
        bound = Settings.of(values);
        config = bound.bind(BrokerConfig.class);
        storeConfig = bound.bind(StoreConfig.class);
        delays = bound.bind(DelayConfig.class);
        followers = Followers.inGroup(
                new LocalDisk(),
                InstantSource.system(),
                storeConfig,
                bound.bind(TransactionConfig.class),
                delays,
                bound.bind(PopConfig.class));
        group = StoreWiring.openInGroup(storeConfig, dependencies(), member());
        opened.set(group);
        TimerAgent calendar = new TimerAgent(
                group.messages(), followers.timers(), InstantSource.system(), HOST, storeConfig.segmentBytes(), delays);
        standBy = new StandBy(group.messages(), followers, calendar);
    }

    private StoreDependencies dependencies() {
        return new StoreDependencies(
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
                followers.inOrder());
    }

    private GroupMembership member() {
        return new GroupMembership("cluster", "broker-0", () -> "boot", () -> "id", this::moved);
    }

    /** A master commits by itself, as if it were the only one that has to have a message. */
    private void moved() {
        GroupStore present = opened.get();
        if (present != null && present.isMaster()) {
            present.committed(present.endPosition());
        }
    }

    private StateJournal journal() {
        StateJournal journal = followers.journal();
        if (journal == null) {
            throw new AssertionError("no copy of a group has no journal");
        }
        return journal;
    }

    MessageStore store() {
        return group.messages();
    }

    /** Becomes master of what it has, and serves. */
    RunningBroker serve(long epoch) {
        done(group.beginEpoch(epoch, group.endPosition()));
        done(group.becomeMaster());
        group.committed(group.endPosition());
        await(() -> store().dispatchedPosition() >= group.endPosition());
        TimerAgent calendar = standBy.handOver();
        StateTables tables = journal().attach(store(), HOST);
        Ports ports = Ports.open(config, TransportSettings.defaults());
        Broker broker = new Broker(
                config,
                new Broker.OpenStore(store(), storeConfig.segmentBytes(), followers, delays, calendar),
                tables,
                Map.of("broker.name", config.name()),
                TransportSettings.defaults(),
                ports,
                group.epochs().lastEpoch());
        RunningBroker running = new RunningBroker(store(), ports, broker);
        serving = running;
        return running;
    }

    private static void done(CompletionStage<CopyOutcome> stage) {
        CopyOutcome outcome = stage.toCompletableFuture().join();
        if (!(outcome instanceof CopyOutcome.Done)) {
            throw new AssertionError(outcome.toString());
        }
    }

    /** This copy, a replica, takes all that the other one committed. */
    void copyFrom(RunningCopy master) {
        while (group.endPosition() < master.group.committedPosition()) {
            long end = group.endPosition();
            if (master.group.read(end, 1 << 16) instanceof LogChunk.Found found) {
                try (LogSlice slice = found.slice()) {
                    byte[] bytes = new byte[slice.bytes().remaining()];
                    slice.bytes().get(0, bytes);
                    done(group.append(end, ByteBuffer.wrap(bytes)));
                }
            }
        }
        long committed = Math.min(group.endPosition(), master.group.committedPosition());
        group.committed(committed);
        await(() -> store().dispatchedPosition() >= committed);
        standBy.turn();
    }

    /** Waits until the offsets of now are in the log: each save is a record. */
    void awaitOffsetsSaved() {
        QueueLog records = store().queue(TopicNames.STATE, 0);
        long before = records.maxOffset();
        await(() -> records.maxOffset() > before);
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + TIMEOUT);
            }
            Thread.onSpinWait();
        }
    }

    @Override
    public void close() {
        opened.set(null);
        RunningBroker running = serving;
        if (running == null) {
            standBy.close();
            group.close();
        } else {
            journal().end();
            running.close();
        }
    }
}
