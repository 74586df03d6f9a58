package dev.millrace.client;

/** Takes one message at a time. Called by several threads at once, unless the consumer is ordered. */
@FunctionalInterface
public interface MessageListener {
    ConsumeResult consume(ReceivedMessage message) throws Exception;
}
