package dev.millrace.bench.micro;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time of one record from the log into its consume queue and the key index. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5)
@Measurement(iterations = 10)
public class DispatchBenchmark {
    private static final int BATCH = 64;
    private static final int RECORD_COUNT = BATCH * 4_000;

    private @Nullable MicroStore store;

    /** A log that nothing has followed yet. */
    @Setup(Level.Iteration)
    public void fill() {
        var opened = MicroStore.open();
        store = opened;
        var batch = opened.request(BATCH);
        for (int i = 0; i < RECORD_COUNT; i += BATCH) {
            opened.append(batch);
        }
    }

    @TearDown(Level.Iteration)
    public void close() {
        opened().close();
    }

    @Benchmark
    @OperationsPerInvocation(RECORD_COUNT)
    public long queuesAndIndex() {
        opened().dispatchAll();
        return opened().store.dispatchedPosition();
    }

    private MicroStore opened() {
        if (store == null) {
            throw new AssertionError("used before the set-up");
        }
        return store;
    }
}
