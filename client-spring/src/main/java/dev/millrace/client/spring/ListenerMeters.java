package dev.millrace.client.spring;

import dev.millrace.client.BatchListener;
import dev.millrace.client.Consumer;

/** What is measured of listeners. Thread-safe. */
interface ListenerMeters {
    /** Nothing is. */
    ListenerMeters NONE = new ListenerMeters() {
        @Override
        public BatchListener timed(String group, BatchListener listener) {
            return listener;
        }

        @Override
        public void started(String group, Consumer consumer) {}

        @Override
        public void stopped(String group) {}
    };

    /** The same listener, measured. */
    BatchListener timed(String group, BatchListener listener);

    void started(String group, Consumer consumer);

    void stopped(String group);
}
