package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the budget of the hot paths: no allocation per request, record or entry. */
class AppendAllocationTest {
    private static final int BATCH = 64;
    private static final int ROUNDS = 2000;
    private static final int BYTES_PER_ROUND_MAX = 8;

    private final Path folder;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    AppendAllocationTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void appendsForcesAndDispatchesWithoutAllocation() {
        TestConfig config = TestStore.config(folder)
                .withSegmentBytes(1 << 28)
                .withIndexEnabled(true)
                .withFlush(FlushMode.SYNC, java.time.Duration.ofMillis(1));
        try (TestStore test = TestStore.open(config)) {
            Quiet request = batch(test);
            rounds(test, request, 500);

            long before = threads.getCurrentThreadAllocatedBytes();
            rounds(test, request, ROUNDS);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(request.completions).isEqualTo(500 + ROUNDS);
            // A force makes a few small objects; it is one a round here and one for thousands of records in earnest.
            assertThat(allocated).isLessThan((long) ROUNDS * BATCH * BYTES_PER_ROUND_MAX);
        }
    }

    @Test
    void appendsAndDispatchesWithoutAllocationInAsyncMode() {
        TestConfig config = TestStore.config(folder).withSegmentBytes(1 << 28).withIndexEnabled(true);
        try (TestStore test = TestStore.open(config)) {
            Quiet request = batch(test);
            rounds(test, request, 500);

            long before = threads.getCurrentThreadAllocatedBytes();
            rounds(test, request, ROUNDS);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;

            assertThat(request.completions).isEqualTo(500 + ROUNDS);
            assertThat(allocated).isLessThan(ROUNDS * BYTES_PER_ROUND_MAX);
        }
    }

    private static void rounds(TestStore test, Quiet request, int count) {
        Agent log = test.agents.get(0);
        Agent flush = test.agents.get(1);
        Agent dispatch = test.agents.get(2);
        for (int i = 0; i < count; i++) {
            test.store.append(request);
            log.doWork();
            flush.doWork();
            dispatch.doWork();
        }
    }

    private static Quiet batch(TestStore test) {
        Quiet request = new Quiet();
        ByteBuffer all = ByteBuffer.allocateDirect(BATCH * 400);
        for (int i = 0; i < BATCH; i++) {
            request.queues[i] = test.store.queue("t", i);
            all.put(TestRecords.record("t", i, "x".repeat(100), "UNIQ_KEY=AC00" + i + ";KEYS=a b;TAGS=tag"));
        }
        request.records = all.flip();
        request.count = BATCH;
        return request;
    }

    private static final class Quiet extends AppendRequest {
        private int completions;

        Quiet() {
            super(BATCH);
        }

        @Override
        protected void completed(AppendOutcome outcome) {
            completions += outcome == AppendOutcome.Appended.INSTANCE ? 1 : 0;
        }
    }
}
