package dev.millrace.bench.micro;

import dev.millrace.store.EntryFilter;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time of one message of a read of 32, over 8 queues whose messages are mixed in the log and in memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class ReadBenchmark {
    private static final int COUNT = 32;
    private static final int BYTES_MAX = 256 * 1024;
    private static final int SCAN_MAX = 800;
    private static final int BATCH = 64;
    private static final int RECORD_COUNT = BATCH * 4_000;

    private final List<QueueLog> queues = new ArrayList<>();
    private @Nullable MicroStore store;
    private int turn;
    private long offset;

    /** A store with everything in its queues. */
    @Setup
    public void fill() {
        var opened = MicroStore.open();
        store = opened;
        var batch = opened.request(BATCH);
        for (int i = 0; i < RECORD_COUNT; i += BATCH) {
            opened.append(batch);
        }
        opened.dispatchAll();
        for (int queue = 0; queue < MicroStore.QUEUE_COUNT; queue++) {
            queues.add(opened.store.queue(SampleSend.TOPIC, queue));
        }
    }

    @TearDown
    public void close() {
        opened().close();
    }

    @Benchmark
    @OperationsPerInvocation(COUNT)
    public int read32() {
        var queue = queues.get(turn);
        try (var result =
                opened().store.read(queue, new ReadLimits(offset, COUNT, BYTES_MAX, SCAN_MAX), EntryFilter.ALL)) {
            if (result.count() != COUNT) {
                throw new AssertionError("read " + result.count() + " of " + COUNT + " at " + offset);
            }
            advance();
            return result.bytes();
        }
    }

    private void advance() {
        turn++;
        if (turn == MicroStore.QUEUE_COUNT) {
            turn = 0;
            offset += COUNT;
            if (offset + COUNT > RECORD_COUNT / MicroStore.QUEUE_COUNT) {
                offset = 0;
            }
        }
    }

    private MicroStore opened() {
        if (store == null) {
            throw new AssertionError("used before the set-up");
        }
        return store;
    }
}
