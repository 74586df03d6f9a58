package dev.millrace.broker.topic;

import dev.millrace.protocol.route.TopicConfig;
import java.util.Collection;

/**
 * Hears of changes of topics in the order of the log, in which a broker group keeps them. Opening thread, then dispatch
 * thread, but {@link #saving}.
 */
public interface TopicLogWatcher {
    TopicLogWatcher NONE = new TopicLogWatcher() {
        @Override
        public void restored(Collection<TopicConfig> topics, long position) {}

        @Override
        public void defined(TopicConfig topic, long position) {}

        @Override
        public void removed(String topic) {}

        @Override
        public void saving() {}
    };

    /** The topics that there were at a position of the log; changes behind it are told after this. */
    void restored(Collection<TopicConfig> topics, long position);

    /** A topic was created or changed, or told again, by the record at a position. Must not block. */
    void defined(TopicConfig topic, long position);

    /** Must not block. */
    void removed(String topic);

    /** Changes of topics in records from this position on are told again at a start. Asked before any is told. */
    default long resumePosition() {
        return Long.MAX_VALUE;
    }

    /** Hears what both hear. */
    static TopicLogWatcher both(TopicLogWatcher first, TopicLogWatcher second) {
        return new TopicLogWatcher() {
            @Override
            public void restored(Collection<TopicConfig> topics, long position) {
                first.restored(topics, position);
                second.restored(topics, position);
            }

            @Override
            public void defined(TopicConfig topic, long position) {
                first.defined(topic, position);
                second.defined(topic, position);
            }

            @Override
            public void removed(String topic) {
                first.removed(topic);
                second.removed(topic);
            }

            @Override
            public void saving() {
                first.saving();
                second.saving();
            }

            @Override
            public long resumePosition() {
                return Math.min(first.resumePosition(), second.resumePosition());
            }
        };
    }

    /**
     * What was told up to now is about to be saved, so that a start begins there. What the watcher knows of topics besides
     * is to be saved before; may block.
     *
     * @throws dev.millrace.broker.files.StateFileException if that fails
     */
    void saving();
}
