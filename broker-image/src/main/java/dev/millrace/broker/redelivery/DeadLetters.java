package dev.millrace.broker.redelivery;

import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessage;
import dev.millrace.store.EntryFilter;
import dev.millrace.store.LogSlice;
import dev.millrace.store.MessageStore;
import dev.millrace.store.QueueLog;
import dev.millrace.store.ReadLimits;
import dev.millrace.store.ReadResult;
import java.util.Optional;

/**
 * Reads dead letters, and knows from the log which of them were moved: the index finds what is in the retry topic under
 * their unique id. With the index switched off, those that were moved in the last 5 s before a crash may be moved again.
 *
 * <p>Thread-safe: no state of its own.
 */
final class DeadLetters {
    /** A message that fails again and again leaves a record in the retry topic for each attempt. */
    private static final int ATTEMPTS_MAX = 4096;

    private final MessageStore store;

    DeadLetters(MessageStore store) {
        this.store = store;
    }

    /** The letter at an offset, or empty if the log does not hold it any more. */
    Optional<DeadLetter> read(QueueLog queue, long offset) {
        try (ReadResult read = store.read(queue, new ReadLimits(offset, 1, Integer.MAX_VALUE, 1), EntryFilter.ALL)) {
            return read.count() == 0
                    ? Optional.empty()
                    : Optional.of(new DeadLetter(StoredMessage.decode(
                            read.slices().getFirst(), read.slices().getFirst().position())));
        }
    }

    boolean wasMoved(DeadLetter letter, String retryTopic) {
        String id = letter.uniqueId();
        return id != null
                && store.positionsByKey(retryTopic, id, ATTEMPTS_MAX, 0, Long.MAX_VALUE).stream()
                        .anyMatch(position -> isMadeOf(position, letter));
    }

    private boolean isMadeOf(long position, DeadLetter letter) {
        try (LogSlice slice = store.recordAt(position).orElse(null)) {
            return slice != null
                    && letter.name()
                            .equals(StoredMessage.decode(slice.bytes(), 0)
                                    .properties()
                                    .get(PropertyNames.REDELIVERED_FROM));
        }
    }
}
