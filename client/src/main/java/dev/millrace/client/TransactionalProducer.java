package dev.millrace.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Sends messages that are delivered only if a local transaction commits. Thread-safe; make one for a group and share it.
 *
 * <p>The message is stored first, where no consumer sees it; then the local transaction runs; then the broker is told its
 * outcome. If that gets lost, or the application dies in between, the broker asks any member of the group: so each member
 * must find out what became of any transaction of the group, by the message id, for as long as brokers may ask.
 */
public interface TransactionalProducer extends AutoCloseable {
    /** The local transaction: runs when its message is stored. */
    @FunctionalInterface
    interface LocalTransaction {
        /** @param message where the half message is stored; store its message id with the transaction */
        TransactionOutcome run(SendResult message);
    }

    /**
     * Finds out what became of a transaction. Called on a thread of its own, one question at a time. An exception or null
     * counts as unknown: the broker asks again.
     */
    @FunctionalInterface
    interface OutcomeCheck {
        TransactionOutcome check(ReceivedMessage message);
    }

    /**
     * Stores a message, runs the local transaction on this thread and tells the broker. A local transaction that throws, or
     * gives null, is unknown to the broker, which asks later; what it threw reaches the caller.
     *
     * <p>If the broker stored the message with less durability than it is set up for, so that a crash might lose it, the local
     * transaction does not run and the message is rolled back: {@link TransactionResult#notRunReason} tells.
     *
     * @throws ClientException if the message was not stored, or nobody knows whether it was: then nothing ran; {@code
     *     INVALID_ARGUMENT} if the local transaction gave null
     */
    TransactionResult send(Message message, LocalTransaction transaction);

    @Override
    void close();

    /** Builds transactional producers. Not thread-safe. */
    final class Builder {
        private final Function<TransactionSettings, TransactionalProducer> open;
        private final String group;
        private final OutcomeCheck check;
        private final List<String> topics = new ArrayList<>();
        private Duration sendTimeout = Duration.ofSeconds(3);

        Builder(Function<TransactionSettings, TransactionalProducer> open, String group, OutcomeCheck check) {
            this.open = open;
            this.group = group;
            this.check = check;
        }

        /** A topic whose brokers may ask from the start; without it, from the first message to the topic on. */
        public Builder topic(String topic) {
            topics.add(topic);
            return this;
        }

        /** Time to store one message over all attempts; 3 s by default. */
        public Builder sendTimeout(Duration newSendTimeout) {
            sendTimeout = newSendTimeout;
            return this;
        }

        public TransactionalProducer build() {
            return open.apply(new TransactionSettings(group, check, List.copyOf(topics), sendTimeout));
        }
    }
}
