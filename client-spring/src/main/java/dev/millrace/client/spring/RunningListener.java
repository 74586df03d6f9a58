package dev.millrace.client.spring;

import dev.millrace.client.Consumer;

/**
 * A consumer that calls a listener method.
 *
 * @param afterwards closes what the consumer used, when it has ended
 */
record RunningListener(String group, Consumer consumer, Runnable afterwards) implements AutoCloseable {
    /** Waits for calls that run. */
    @Override
    public void close() {
        try {
            consumer.close();
        } finally {
            afterwards.run();
        }
    }
}
