package dev.millrace.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Sends messages. Thread-safe; make one and share it.
 *
 * <p>A failed send is repeated within the send timeout, on another broker if the queue was free to choose. A message keeps
 * its unique id over all attempts, but may be stored twice if an answer was lost.
 */
public interface Producer extends AutoCloseable {
    /**
     * Sends and waits for the answer.
     *
     * @throws ClientException if it could not be stored, or nobody knows whether it was
     */
    default SendResult send(Message message) {
        return send(message, QueueChoice.any());
    }

    /** Sends to a chosen queue and waits for the answer. */
    SendResult send(Message message, QueueChoice choice);

    /**
     * Sends all of them, waits, and gives the results in the order of the messages. With batching they travel together;
     * without, each has its own request, all under way at once.
     *
     * @throws ClientException if one of them failed; others may be stored
     */
    List<SendResult> send(List<Message> messages);

    /**
     * Sends. The future completes on a client thread: don't block there. May wait for room in the buffer, up to
     * {@code bufferWaitMax}, but never on a client thread.
     */
    default CompletableFuture<SendResult> sendAsync(Message message) {
        return sendAsync(message, QueueChoice.any());
    }

    CompletableFuture<SendResult> sendAsync(Message message, QueueChoice choice);

    /** Sends without an answer: it may be lost, and nobody hears of it. Never repeated. */
    default void sendOneWay(Message message) {
        sendOneWay(message, QueueChoice.any());
    }

    void sendOneWay(Message message, QueueChoice choice);

    /**
     * Sends a request and waits for its answer: another application receives the message and sends {@link
     * Message#replyTo}. Works with RocketMQ's clients on the other side too.
     *
     * @param timeout for request and answer together
     * @throws ClientException {@code TIMEOUT} if no answer came in time; the request may have had its effect
     */
    ReceivedMessage request(Message message, Duration timeout);

    /** Sends a request. The future has the answer and completes on a client thread: don't block there. */
    CompletableFuture<ReceivedMessage> requestAsync(Message message, Duration timeout);

    /**
     * Takes a message back that the broker still holds back, and waits for the answer: then nobody will get it.
     *
     * @param recallHandle from {@link SendResult#recallHandle}
     * @throws ClientException if it was delivered or recalled already, or the broker can't be asked
     */
    void recall(String topic, String recallHandle);

    /** The queues of a topic that can be sent to now, in the order in which keys choose them. */
    List<TopicQueue> queues(String topic);

    /** Sends what lingers. Returns at once; wait for the futures. */
    void flush();

    /** Sends what lingers, waits for what is under way, up to the send timeout. */
    @Override
    void close();

    /** Builds producers. Not thread-safe. */
    final class Builder {
        private static final int BODY_COMPRESS_BYTES = 4096;

        private final Function<ProducerSettings, Producer> open;
        private String group = "millrace-producer";
        private Duration sendTimeout = Duration.ofSeconds(3);
        private Optional<Batching> batching = Optional.empty();
        private long bufferBytesMax = 64L * 1024 * 1024;
        private Duration bufferWaitMax = Duration.ofSeconds(3);
        private Compression compression = Compression.ZLIB;
        private int compressFromBytes = Integer.MAX_VALUE;

        Builder(Function<ProducerSettings, Producer> open) {
            this.open = open;
        }

        /** Name under which brokers see this producer. */
        public Builder group(String newGroup) {
            group = newGroup;
            return this;
        }

        /** Time for one message over all its attempts, of which none takes longer than 5 s; 3 s by default. */
        public Builder sendTimeout(Duration newSendTimeout) {
            sendTimeout = newSendTimeout;
            return this;
        }

        /** Many messages per request; by default each message has its own, for the lowest latency. */
        public Builder batching(Batching newBatching) {
            batching = Optional.of(newBatching);
            return this;
        }

        /** Bytes of messages that may wait for their answer; 64 MiB by default. */
        public Builder bufferBytesMax(long newBufferBytesMax) {
            bufferBytesMax = newBufferBytesMax;
            return this;
        }

        /** How long a send waits for room in the buffer before it fails; zero: it fails at once. 3 s by default. */
        public Builder bufferWaitMax(Duration newBufferWaitMax) {
            bufferWaitMax = newBufferWaitMax;
            return this;
        }

        /** Compresses bodies from 4 KiB on with zlib. */
        public Builder compressed() {
            return compressFromBytes(BODY_COMPRESS_BYTES);
        }

        /** Compresses bodies from 4 KiB on. A library that this needs must be on the class path: see {@link Compression}. */
        public Builder compressed(Compression newCompression) {
            compression = newCompression;
            return compressed();
        }

        /** Compresses bodies from this size on, with zlib unless another way was chosen; none by default. */
        public Builder compressFromBytes(int newCompressFromBytes) {
            compressFromBytes = newCompressFromBytes;
            return this;
        }

        public Producer build() {
            return open.apply(new ProducerSettings(
                    group, sendTimeout, batching, bufferBytesMax, bufferWaitMax, compression, compressFromBytes));
        }
    }
}
