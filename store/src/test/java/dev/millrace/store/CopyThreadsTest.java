package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.store.engine.StoreWiring;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two copies with their threads on a real disk. */
class CopyThreadsTest {
    private static final int MESSAGES = 1000;

    private final Path folder;
    private final Semaphore moved = new Semaphore(0);
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    CopyThreadsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private GroupStore open(String name, FlushMode mode) {
        TestConfig config = TestStore.config(folder.resolve(name)).withFlush(mode, Duration.ofMillis(20));
        StoreDependencies dependencies = new StoreDependencies(
                new LocalDisk(),
                InstantSource.system(),
                System::nanoTime,
                new AgentThreads(0, (role, fault) -> faults.add(fault)),
                faults::add,
                RecoveryListener.NONE);
        return StoreWiring.openInGroup(
                config.bind(), dependencies, new GroupMembership("c", "g", () -> "boot", () -> name, moved::release));
    }

    private static long done(CompletionStage<CopyOutcome> stage) {
        CopyOutcome outcome =
                stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
        assertThat(outcome).isInstanceOf(CopyOutcome.Done.class);
        return outcome instanceof CopyOutcome.Done done ? done.endPosition() : -1;
    }

    private static List<TestAppend> send(GroupStore store, int count) {
        List<TestAppend> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            QueueLog queue = store.messages().queue("t", i % 2);
            TestAppend request = TestAppend.of(queue, TestRecords.record("t", i % 2, "x".repeat(i % 300) + i, ""));
            assertThat(store.messages().append(request)).isTrue();
            sent.add(request);
        }
        return sent;
    }

    private static boolean copy(GroupStore master, GroupStore replica) {
        long end = replica.endPosition();
        if (!(master.read(end, 5000) instanceof LogChunk.Found found)) {
            return false;
        }
        try (LogSlice slice = found.slice()) {
            done(replica.append(end, slice.bytes()));
        }
        return true;
    }

    @ParameterizedTest
    @EnumSource(FlushMode.class)
    void acknowledgesWhatBothHave(FlushMode mode) throws InterruptedException {
        try (GroupStore master = open("a", mode);
                GroupStore replica = open("b", mode)) {
            done(master.becomeMaster());
            List<TestAppend> sent = send(master, MESSAGES);
            TestAppend last = sent.getLast();

            while (last.outcome() == null) {
                boolean hasCopied = copy(master, replica);
                long here = mode == FlushMode.SYNC ? master.forcedPosition() : master.endPosition();
                long there = mode == FlushMode.SYNC ? replica.forcedPosition() : replica.endPosition();
                long common = Math.min(here, there);
                boolean isNew = common > master.committedPosition() && master.committed(common);
                replica.committed(master.committedPosition());
                if (!hasCopied && !isNew && last.outcome() == null) {
                    assertThat(moved.tryAcquire(30, TimeUnit.SECONDS))
                            .as("rung")
                            .isTrue();
                }
            }

            assertThat(sent).allMatch(TestAppend::isAppended);
            assertThat(replica.endPosition()).isEqualTo(master.endPosition());
            assertThat(faults).isEmpty();
        }
    }

    @Test
    void cutsWhileOthersForceAndRead() {
        try (GroupStore store = open("a", FlushMode.SYNC)) {
            for (int round = 1; round <= 40; round++) {
                done(store.beginEpoch(round, store.endPosition()));
                long start = done(store.becomeMaster());
                send(store, 200);
                // It waits in the inbox behind these appends or before them: either is fine.
                done(store.becomeReplica());
                assertThat(store.read(start, 1 << 20)).isNotInstanceOf(LogChunk.Removed.class);
                done(store.cutTo(round % 4 == 0 ? start : store.endPosition()));
                if (round % 4 == 1) {
                    store.committed(store.endPosition());
                }
            }
            TestAppend last = sendLast(store);
            assertThat(last.isAppended()).isTrue();
            assertThat(faults).isEmpty();
        }
        try (GroupStore again = open("a", FlushMode.SYNC)) {
            assertThat(again.committedPosition()).isEqualTo(again.endPosition());
        }
        assertThat(faults).isEmpty();
    }

    private TestAppend sendLast(GroupStore store) {
        done(store.beginEpoch(1000, store.endPosition()));
        done(store.becomeMaster());
        TestAppend last = send(store, 1).getFirst();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (last.outcome() == null && System.nanoTime() < deadline) {
            store.committed(store.endPosition());
            Thread.onSpinWait();
        }
        return last;
    }
}
