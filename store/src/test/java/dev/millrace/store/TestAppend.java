package dev.millrace.store;

import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An append that remembers its outcome. */
public final class TestAppend extends AppendRequest {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable AppendOutcome outcome;
    private int completions;

    public TestAppend(int countMax) {
        super(countMax);
    }

    public static TestAppend of(QueueLog queue, ByteBuffer record) {
        TestAppend request = new TestAppend(1);
        request.records = record;
        request.queues[0] = queue;
        request.count = 1;
        return request;
    }

    public static TestAppend of(QueueLog[] queues, ByteBuffer... records) {
        TestAppend request = new TestAppend(records.length);
        int bytes = 0;
        for (ByteBuffer record : records) {
            bytes += record.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(bytes);
        for (ByteBuffer record : records) {
            all.put(record.duplicate());
        }
        request.records = all.flip();
        request.queues = queues;
        request.count = records.length;
        return request;
    }

    public @Nullable AppendOutcome outcome() {
        return outcome;
    }

    public boolean isAppended() {
        return outcome == AppendOutcome.Appended.INSTANCE;
    }

    public int completions() {
        return completions;
    }

    /** Waits for completion, for stores with threads. */
    public TestAppend await() throws InterruptedException {
        if (!done.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no completion after 30 s");
        }
        return this;
    }

    @Override
    protected void completed(AppendOutcome result) {
        completions++;
        outcome = result;
        done.countDown();
    }
}
