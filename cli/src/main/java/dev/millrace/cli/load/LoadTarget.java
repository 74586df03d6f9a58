package dev.millrace.cli.load;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One client library pointed at one broker.
 *
 * <p>Owner: the driver, which calls {@link #open} and {@link #close} once from its main thread; the send methods are
 * called from many threads.
 */
public interface LoadTarget extends AutoCloseable {
    /** The queue argument that leaves the choice to the client. */
    int ANY_QUEUE = -1;

    /** How long a backlog's messages may be unanswered. */
    long FILL_TIMEOUT_S = 60;

    /** Creates the topic when it is absent, connects, and returns when the first send would succeed. */
    void open(TargetSettings settings) throws Exception;

    /** Sends one message and waits for the broker's acknowledgement. */
    void send(int queue, byte[] body) throws Exception;

    /**
     * Sends one message without waiting for the answer. May block while the client's own buffer is full.
     *
     * @param done told once, on any thread
     */
    void sendAsync(int queue, byte[] body, SendDone done) throws Exception;

    /** Sends what the client still holds back to fill a batch. */
    default void flush() throws Exception {}

    /**
     * Writes messages round robin over the topic's queues, in the way that is quickest for this client, and waits until all
     * are acknowledged.
     *
     * @param firstQueue queue of the first one
     * @return requests that were refused and sent again
     * @throws Exception if one of them was not; others may be stored
     */
    default int fill(int firstQueue, int queueCount, List<byte[]> bodies) throws Exception {
        var left = new CountDownLatch(bodies.size());
        var firstFailure = new AtomicReference<@Nullable Throwable>();
        for (int i = 0; i < bodies.size(); i++) {
            sendAsync((firstQueue + i) % queueCount, bodies.get(i), failure -> {
                firstFailure.compareAndSet(null, failure);
                left.countDown();
            });
        }
        flush();
        if (!left.await(FILL_TIMEOUT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    left.getCount() + " of " + bodies.size() + " sends got no answer within " + FILL_TIMEOUT_S + " s");
        }
        var failure = firstFailure.get();
        if (failure != null) {
            throw new IllegalStateException("a send failed: " + failure, failure);
        }
        return 0;
    }

    /** Starts to consume the topic from its first message, as a new consumer group. */
    void startDrain(Arrivals arrivals) throws Exception;

    @Override
    void close();
}
