package dev.millrace.client;

import java.util.List;

/** Takes several messages of one queue, in order. Called by several threads at once, unless the consumer is ordered. */
@FunctionalInterface
public interface BatchListener {
    /** Decides for all of them alike, or for each with {@link ConsumeResult#each}. */
    ConsumeResult consume(List<ReceivedMessage> messages) throws Exception;
}
