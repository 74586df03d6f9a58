package dev.millrace.client.internal.send;

import dev.millrace.client.ClientException;
import dev.millrace.client.SendResult;

/** A way to send many messages to one broker. Thread-safe. */
interface Lane {
    /**
     * Adds a message; it leaves now or with others.
     *
     * @param topic UTF-8
     */
    void add(PendingSend send, byte[] topic);

    /** Sends what lingers. */
    void flush();

    /** Where messages go that were stored or not. Must not be called under a lock. */
    interface Outcome {
        void stored(PendingSend send, SendResult result);

        void failed(PendingSend send, ClientException fault);
    }
}
