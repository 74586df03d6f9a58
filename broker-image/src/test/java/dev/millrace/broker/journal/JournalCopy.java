package dev.millrace.broker.journal;

import dev.millrace.store.LogSlice;
import dev.millrace.store.TestConfig;
import dev.millrace.store.TestStore;
import dev.millrace.store.file.LocalDisk;
import dev.millrace.store.replica.LogChunk;
import dev.millrace.testkit.ManualClock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** One copy of a broker group that keeps state; its agents run when a test says so. Owner: one test. */
final class JournalCopy implements AutoCloseable {
    static final byte[] HOST = {127, 0, 0, 1, 0, 0, 0x2a, (byte) 0x9f};

    final TestStore test;
    final StateJournal journal;
    final Path folder;

    JournalCopy(Path folder, ManualClock clock) {
        this(folder, clock, Duration.ofSeconds(20), 1 << 20);
    }

    JournalCopy(Path folder, ManualClock clock, Duration timeout, long dumpBytes) {
        this.folder = folder;
        this.journal = new StateJournal(
                new LocalDisk(), folder.resolve("config"), new StateJournal.Settings(dumpBytes, 1000, timeout));
        this.test = TestStore.inGroup(config(folder), new LocalDisk(), clock, List.of(journal));
        journal.opened(test.store);
    }

    static TestConfig config(Path folder) {
        return TestConfig.small(folder);
    }

    /** Becomes master of what it has; gives the tables. */
    StateTables serve(long epoch) {
        test.done(test.group().beginEpoch(epoch, test.group().endPosition()));
        test.done(test.group().becomeMaster());
        commit();
        StateTables[] tables = new StateTables[1];
        perform(() -> tables[0] = journal.attach(test.store, HOST));
        return tables[0];
    }

    /** Everything in its log is committed and followed. */
    void commit() {
        test.run();
        test.group().committed(test.group().endPosition());
        test.run();
    }

    /** Runs what waits for the log, and the log. */
    void perform(Runnable task) {
        CompletableFuture<Void> running = CompletableFuture.runAsync(task);
        while (!running.isDone()) {
            commit();
        }
        try {
            running.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException fault) {
                throw fault;
            }
            throw e;
        }
    }

    /** This copy, a replica, takes all that the other one has, from where it ends. */
    void copyFrom(JournalCopy master) {
        while (test.group().endPosition() < master.test.group().endPosition()) {
            long end = test.group().endPosition();
            if (master.test.group().read(end, 3000) instanceof LogChunk.Found found) {
                try (LogSlice slice = found.slice()) {
                    byte[] bytes = new byte[slice.bytes().remaining()];
                    slice.bytes().get(0, bytes);
                    test.done(test.group().append(end, ByteBuffer.wrap(bytes)));
                }
            }
        }
        commit();
    }

    void fillSegments(int count) {
        for (long end = test.group().endPosition() + (long) count * TestStore.SEGMENT_BYTES;
                test.group().endPosition() < end; ) {
            test.send("filler", 0, "x".repeat(1000));
            commit();
        }
    }

    /** Turns so often that everything due is saved. */
    void turnAndSave() {
        for (int i = 0; i < 12; i++) {
            turn();
        }
    }

    /** One turn, and all that is committed is known to the next start. */
    void turn() {
        perform(journal::turn);
        test.advance(Duration.ofSeconds(1));
        commit();
    }

    @Override
    public void close() {
        test.close();
    }
}
