package dev.millrace.broker.delay;

import dev.millrace.store.AppendOutcome;
import dev.millrace.store.AppendRequest;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Records on their way into the log that settle messages which are held back.
 *
 * <p>Owner: the delays thread, the store from append to completion.
 */
final class TimerAppend extends AppendRequest {
    static final int COUNT_MAX = 128;

    final long[] dueMs = new long[COUNT_MAX];
    /** Positions of the records that are settled. */
    final long[] settles = new long[COUNT_MAX];

    private volatile @Nullable AppendOutcome outcome;

    TimerAppend(int bytes) {
        super(COUNT_MAX);
        records = ByteBuffer.allocate(bytes);
        // The log's dispatch decides when a message is delivered; nobody waits for this request.
        waitForDurable = false;
    }

    void clear() {
        records.clear();
        count = 0;
        outcome = null;
    }

    @Override
    protected void completed(AppendOutcome newOutcome) {
        outcome = newOutcome;
    }

    /** How it ended, null while it is under way. */
    @Nullable
    AppendOutcome outcome() {
        return outcome;
    }
}
