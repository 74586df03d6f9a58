package dev.millrace.client.internal.consume;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import java.util.List;

/** Hears of each call of a listener. Thread-safe; must not block. */
public interface ConsumeTrace {
    ConsumeTrace NONE = (group, messages) -> (result, tookNanos, hasThrown) -> {};

    /** A call begins. */
    Call begin(String group, List<ReceivedMessage> messages);

    /** One call of a listener. */
    @FunctionalInterface
    interface Call {
        void ended(ConsumeResult result, long tookNanos, boolean hasThrown);
    }
}
