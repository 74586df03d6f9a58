package dev.millrace.client.spring;

import dev.millrace.client.Consumer;

/** Beans of this type set what {@link MillraceListener} has no word for, such as buffers or delays of retries. */
@FunctionalInterface
public interface ConsumerCustomizer {
    /** Called before the consumer of a listener starts. The listener itself can't be replaced here. */
    void customize(String group, Consumer.Builder consumer);
}
