package dev.millrace.store;

import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import dev.millrace.testkit.ManualClock;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A store whose agents are run by hand, and shorthands for what tests do with it. */
public final class TestStore implements AutoCloseable {
    public static final int SEGMENT_BYTES = 16 * 1024;

    public final ManualClock clock;
    public final List<StoreException> faults = new ArrayList<>();
    public final MessageStore store;
    public final List<Agent> agents = new ArrayList<>();
    private final LockingDisk disk;
    private final @Nullable GroupStore group;
    private boolean isCrashed;

    public TestStore(TestConfig config, Disk disk, ManualClock clock) {
        this(config, disk, clock, List.of());
    }

    public TestStore(TestConfig config, Disk disk, ManualClock clock, List<LogFollower> followers) {
        this(config, disk, clock, followers, null);
    }

    private TestStore(
            TestConfig config,
            Disk disk,
            ManualClock clock,
            List<LogFollower> followers,
            @Nullable GroupMembership member) {
        this.clock = clock;
        this.disk = new LockingDisk(disk);
        StoreThreads byHand = (roleName, agent) -> {
            agents.add(agent);
            return () -> {};
        };
        StoreDependencies dependencies = new StoreDependencies(
                this.disk, clock, clock.nanos(), byHand, faults::add, RecoveryListener.NONE, followers);
        group = member == null ? null : StoreWiring.openInGroup(config.bind(), dependencies, member);
        store = group == null ? StoreWiring.open(config.bind(), dependencies) : group.messages();
    }

    /** One copy of a broker group. */
    public static TestStore inGroup(TestConfig config, Disk disk, ManualClock clock, List<LogFollower> followers) {
        GroupMembership member = new GroupMembership("c", "g", () -> "boot", () -> "id", () -> {});
        return new TestStore(config, disk, clock, followers, member);
    }

    /** The store as a copy, if it is one. */
    public GroupStore group() {
        if (group == null) {
            throw new AssertionError("the store stands alone");
        }
        return group;
    }

    /** Runs the commit-log agent until the stage is complete. */
    public CopyOutcome await(CompletionStage<CopyOutcome> stage) {
        CompletableFuture<CopyOutcome> future = stage.toCompletableFuture();
        for (int i = 0; i < 3 && !future.isDone(); i++) {
            turn("commit-log");
        }
        return future.join();
    }

    /** Like {@link #await}, for what must succeed. */
    public long done(CompletionStage<CopyOutcome> stage) {
        CopyOutcome outcome = await(stage);
        if (outcome instanceof CopyOutcome.Done done) {
            return done.endPosition();
        }
        throw new AssertionError(outcome.toString());
    }

    /** The bytes of a copy's log from a position to its end. */
    public byte[] log(long from) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (group().read(from + all.size(), 1000) instanceof LogChunk.Found found) {
            try (LogSlice slice = found.slice()) {
                byte[] bytes = new byte[slice.bytes().remaining()];
                slice.bytes().get(0, bytes);
                all.writeBytes(bytes);
            }
        }
        return all.toByteArray();
    }

    public static TestStore open(TestConfig config) {
        return new TestStore(config, new LocalDisk(), newClock());
    }

    public static ManualClock newClock() {
        return new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** Small segments, no index. */
    public static TestConfig config(Path path) {
        return TestConfig.small(path);
    }

    /** Runs all agents until none has work. */
    public void run() {
        int work = 1;
        while (work > 0) {
            work = 0;
            for (Agent agent : agents) {
                work += agent.doWork();
            }
        }
    }

    /** Runs the log, flush, dispatch or upkeep agent once. */
    public int turn(String roleName) {
        for (Agent agent : agents) {
            if (agent.roleName().equals(roleName)) {
                return agent.doWork();
            }
        }
        throw new AssertionError("no agent " + roleName);
    }

    /** Appends one message, without running the agents. */
    public TestAppend send(String topic, int queueId, String body) {
        return send(topic, queueId, body, "");
    }

    public TestAppend send(String topic, int queueId, String body, String properties) {
        TestAppend request =
                TestAppend.of(store.queue(topic, queueId), TestRecords.record(topic, queueId, body, properties));
        if (!store.append(request)) {
            throw new AssertionError("inbox full");
        }
        return request;
    }

    /** Bodies of a queue from its minimum offset on. */
    public List<String> bodies(String topic, int queueId) {
        List<String> found = new ArrayList<>();
        QueueLog queue = store.queue(topic, queueId);
        long offset = queue.minOffset();
        while (offset < queue.maxOffset()) {
            try (ReadResult result = store.read(queue, new ReadLimits(offset, 32, 1 << 20, 800), EntryFilter.ALL)) {
                result.slices().forEach(slice -> found.addAll(bodies(slice)));
                offset = result.nextOffset();
            }
        }
        return found;
    }

    public static List<String> bodies(ByteBuffer slice) {
        List<String> found = new ArrayList<>();
        int at = 0;
        while (at < slice.limit()) {
            var message = dev.millrace.protocol.message.StoredMessage.decode(slice, at);
            found.add(new String(message.body(), StandardCharsets.UTF_8));
            at += slice.getInt(at);
        }
        return found;
    }

    public void advance(Duration time) {
        clock.advance(time);
    }

    /** The process ends here for this store: closing it does nothing but give the folder free. */
    public void crashWithoutClosing() {
        isCrashed = true;
    }

    @Override
    public void close() {
        if (isCrashed) {
            disk.freeLocks();
        } else {
            store.close();
        }
    }
}
