package dev.millrace.client.idempotent;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;

/** Takes one message at a time and sees its lease, for effects that can use a fencing token. */
@FunctionalInterface
public interface LeasedListener {
    ConsumeResult consume(ReceivedMessage message, Lease lease) throws Exception;
}
