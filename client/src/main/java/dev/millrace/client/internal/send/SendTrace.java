package dev.millrace.client.internal.send;

import dev.millrace.client.SendResult;
import dev.millrace.client.internal.message.Outgoing;
import org.jspecify.annotations.Nullable;

/** Hears how sends ended. Thread-safe; must not block. */
public interface SendTrace {
    SendTrace NONE = (group, out, result, address) -> {};

    /**
     * A message was stored, or given up.
     *
     * @param result null if it was given up
     * @param address of the broker of the last attempt, or null if there was none
     */
    void sent(String group, Outgoing out, @Nullable SendResult result, @Nullable String address);
}
