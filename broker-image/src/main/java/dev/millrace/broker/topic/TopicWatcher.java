package dev.millrace.broker.topic;

import dev.millrace.protocol.route.TopicConfig;

/** Hears of changes of topics. Called under the lock of {@link TopicTable}, so it must not call back. */
public interface TopicWatcher {
    TopicWatcher NONE = new TopicWatcher() {
        @Override
        public void defined(TopicConfig topic) {}

        @Override
        public void removed(String topic) {}
    };

    /** A topic was created or changed. */
    void defined(TopicConfig topic);

    void removed(String topic);
}
