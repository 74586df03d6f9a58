package dev.millrace.store.commitlog;

import dev.millrace.store.WakeUp;
import dev.millrace.store.replica.CopyOutcome;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What others ask of the commit-log thread of a copy, beside appends: bounded, in the order of the calls.
 *
 * <p>Thread-safe: many put, the commit-log thread takes.
 */
public final class GroupInbox {
    private static final int REQUESTS_MAX = 4096;
    private static final String FULL = REQUESTS_MAX + " requests wait for the commit-log thread; wait for answers";
    private static final String CLOSED = "the store is closed; open it again";

    private final ConcurrentLinkedQueue<Request> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final WakeUp owner;
    private volatile boolean isClosed;

    /** One request; the answer of {@link Commit} is of no interest. */
    sealed interface Request {
        CompletableFuture<CopyOutcome> answer();
    }

    record Store(long position, ByteBuffer records, CompletableFuture<CopyOutcome> answer) implements Request {}

    record Cut(long position, CompletableFuture<CopyOutcome> answer) implements Request {}

    record Begin(long epoch, long start, CompletableFuture<CopyOutcome> answer) implements Request {}

    record Lead(CompletableFuture<CopyOutcome> answer) implements Request {}

    record Follow(CompletableFuture<CopyOutcome> answer) implements Request {}

    record Seal(CompletableFuture<CopyOutcome> answer) implements Request {}

    record Commit(long position, CompletableFuture<CopyOutcome> answer) implements Request {
        private static final CompletableFuture<CopyOutcome> NOBODY = new CompletableFuture<>();
    }

    /** @param owner rings the commit-log thread */
    public GroupInbox(WakeUp owner) {
        this.owner = owner;
    }

    public CompletionStage<CopyOutcome> store(long position, ByteBuffer records) {
        return put(new Store(position, records, new CompletableFuture<>()));
    }

    public CompletionStage<CopyOutcome> cut(long position) {
        return put(new Cut(position, new CompletableFuture<>()));
    }

    public CompletionStage<CopyOutcome> begin(long epoch, long start) {
        return put(new Begin(epoch, start, new CompletableFuture<>()));
    }

    public CompletionStage<CopyOutcome> lead() {
        return put(new Lead(new CompletableFuture<>()));
    }

    public CompletionStage<CopyOutcome> follow() {
        return put(new Follow(new CompletableFuture<>()));
    }

    public CompletionStage<CopyOutcome> seal() {
        return put(new Seal(new CompletableFuture<>()));
    }

    /** False if too many requests wait. */
    public boolean commit(long position) {
        return offer(new Commit(position, Commit.NOBODY));
    }

    /** Commit-log thread: the next request, null without one. */
    @Nullable
    Request poll() {
        Request next = requests.poll();
        if (next != null) {
            count.decrementAndGet();
        }
        return next;
    }

    /** From now on everything is refused, what waits too. */
    public void close() {
        isClosed = true;
        refuse(CLOSED);
    }

    private CompletableFuture<CopyOutcome> put(Request request) {
        if (!offer(request)) {
            request.answer().complete(new CopyOutcome.Refused(FULL));
        }
        return request.answer();
    }

    private boolean offer(Request request) {
        if (count.incrementAndGet() > REQUESTS_MAX) {
            count.decrementAndGet();
            return false;
        }
        requests.add(request);
        owner.signal();
        if (isClosed) {
            refuse(CLOSED);
        }
        return true;
    }

    private void refuse(String reason) {
        for (Request request = poll(); request != null; request = poll()) {
            request.answer().complete(new CopyOutcome.Refused(reason));
        }
    }
}
