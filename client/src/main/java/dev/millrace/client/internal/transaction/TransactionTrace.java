package dev.millrace.client.internal.transaction;

import dev.millrace.client.TransactionOutcome;
import org.jspecify.annotations.Nullable;

/** Hears of outcomes of transactions. Thread-safe; must not block. */
public interface TransactionTrace {
    TransactionTrace NONE = (group, half, outcome, isFromCheck) -> {};

    /**
     * The message of a transaction.
     *
     * @param keys separated by spaces
     * @param address of its broker
     */
    record Half(
            String topic,
            String messageId,
            @Nullable String tag,
            @Nullable String keys,
            @Nullable String address) {}

    /** The broker is told an outcome. */
    void ended(String group, Half half, TransactionOutcome outcome, boolean isFromCheck);
}
