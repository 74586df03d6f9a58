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

/**
 * Time of one record from the request to its place in the log, with the roll of segments; no thread is waited for, nothing
 * is forced, nothing dispatched. An iteration writes some gigabytes to the temporary folder and deletes them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public class AppendBenchmark {
    private static final int BATCH = 64;

    private MicroStore.@Nullable Request single;
    private MicroStore.@Nullable Request batch;
    private @Nullable MicroStore store;

    /** Each iteration has a store of its own. */
    @Setup(Level.Iteration)
    public void open() {
        var opened = MicroStore.open();
        store = opened;
        single = opened.request(1);
        batch = opened.request(BATCH);
    }

    @TearDown(Level.Iteration)
    public void close() {
        present(store).close();
    }

    @Benchmark
    public long single() {
        return present(store).append(present(single));
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long batch() {
        return present(store).append(present(batch));
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new AssertionError("used before the set-up");
        }
        return value;
    }
}
