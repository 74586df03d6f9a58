package dev.millrace.bench.load;

/**
 * One client library pointed at one broker.
 *
 * <p>Owner: the driver, which calls {@link #open} and {@link #close} once from its main thread; the send methods are
 * called from many threads.
 */
public interface LoadTarget extends AutoCloseable {
    /** The queue argument that leaves the choice to the client. */
    int ANY_QUEUE = -1;

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

    /** Starts to consume the topic from its first message, as a new consumer group, with the client's defaults. */
    void startDrain(Arrivals arrivals) throws Exception;

    @Override
    void close();
}
