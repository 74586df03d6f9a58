package dev.millrace.client.idempotent;

import dev.millrace.client.ReceivedMessage;
import dev.millrace.protocol.message.PropertyNames;

/** Tells which deliveries are the same message: those with equal texts within one scope. */
@FunctionalInterface
public interface MessageIdentity {
    /** The same text for every delivery of the same message; never empty. */
    String of(ReceivedMessage message);

    /**
     * The unique id that the sending client gave. It stays when a client repeats a send, when a message goes through a retry
     * topic or becomes a dead letter. A message without one counts by the offset id of its first record. A second call of
     * {@code send} makes another message.
     */
    static MessageIdentity uniqueId() {
        return message -> message.property(PropertyNames.UNIQUE_KEY)
                .or(() -> message.property(PropertyNames.ORIGIN_MESSAGE_ID))
                .orElseGet(message::offsetMessageId);
    }

    /** Topic and first key of the message, so that a second send with the same key counts as the same; without a key, its unique id. */
    static MessageIdentity messageKey() {
        MessageIdentity withoutKey = uniqueId();
        return message -> message.keys().stream()
                .filter(key -> !key.isEmpty())
                .findFirst()
                .map(key -> message.topic() + "/" + key)
                .orElseGet(() -> withoutKey.of(message));
    }
}
