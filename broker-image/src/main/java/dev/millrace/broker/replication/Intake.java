package dev.millrace.broker.replication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.store.replica.CopyOutcome;
import dev.millrace.store.replica.GroupStore;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the master's log into this copy's store, several chunks under way at once.
 *
 * <p>Thread-safe: one lock, which is not held while the store works.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int UNDER_WAY_MAX = 8;
    private static final int BUFFER_BYTES = 1024 * 1024;
    private static final long DRAIN_MS_MAX = 30_000;

    private final GroupStore store;
    private final PeerEvents events;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Deque<ByteBuffer> buffers = new ArrayDeque<>();

    @GuardedBy("lock")
    private @Nullable Session session;

    @GuardedBy("lock")
    private long expected;

    @GuardedBy("lock")
    private long lastEpoch;

    @GuardedBy("lock")
    private int underWay;

    /** Whose log is taken. */
    record Session(int peer, long number, long epoch) {}

    Intake(GroupStore store, PeerEvents events) {
        this.store = store;
        this.events = events;
    }

    /** From now on this session's log is taken, from the end of this copy's on. */
    void take(Session next) {
        end();
        synchronized (lock) {
            session = next;
            expected = store.endPosition();
            lastEpoch = store.epochs().lastEpoch();
        }
    }

    /** Nothing is taken any more; what is under way is stored when it returns. */
    void end() {
        synchronized (lock) {
            session = null;
            try {
                for (long waited = 0; underWay > 0 && waited < DRAIN_MS_MAX; waited += 100) {
                    lock.wait(100);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** A buffer for a chunk; waits until fewer are under way. */
    ByteBuffer buffer(int bytes) throws InterruptedException {
        synchronized (lock) {
            while (underWay >= UNDER_WAY_MAX) {
                lock.wait();
            }
            ByteBuffer free = bytes > BUFFER_BYTES ? null : buffers.poll();
            ByteBuffer found = free != null ? free : ByteBuffer.allocateDirect(Math.max(bytes, BUFFER_BYTES));
            return found.clear().limit(bytes);
        }
    }

    /**
     * Stores records if they are what comes next; the buffer is this class's again.
     *
     * @param writtenIn epoch that wrote them; it stands in the history before their first byte is in the log
     */
    void log(Session from, long position, long writtenIn, ByteBuffer buffer) {
        boolean isNewEpoch;
        synchronized (lock) {
            if (!from.equals(session) || position != expected) {
                giveBack(buffer);
                return;
            }
            expected += buffer.remaining();
            underWay++;
            isNewEpoch = writtenIn > lastEpoch;
            lastEpoch = Math.max(lastEpoch, writtenIn);
        }
        if (isNewEpoch) {
            store.beginEpoch(writtenIn, position); // if it is refused, so are the records behind it
        }
        store.append(position, buffer.slice()).whenComplete((outcome, fault) -> stored(from, buffer, outcome, fault));
    }

    private void stored(Session from, ByteBuffer buffer, @Nullable CopyOutcome outcome, @Nullable Throwable fault) {
        boolean isOver = false;
        synchronized (lock) {
            underWay--;
            giveBack(buffer);
            if (!(outcome instanceof CopyOutcome.Done) && from.equals(session)) {
                session = null;
                isOver = true;
            }
            lock.notifyAll();
        }
        if (isOver) {
            LOG.warn("what copy {} streams is not taken: {}", from.peer(), outcome == null ? fault : outcome);
            events.gone(from.peer(), false);
        }
    }

    @GuardedBy("lock")
    private void giveBack(ByteBuffer buffer) {
        if (buffer.capacity() == BUFFER_BYTES && buffers.size() < UNDER_WAY_MAX) {
            buffers.add(buffer);
        }
    }
}
