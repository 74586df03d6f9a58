package dev.millrace.client.spring;

import dev.millrace.client.ReceivedMessage;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Makes the object that a listener method takes out of a message. A bean of this type takes the place of the one that reads
 * JSON. Called by many threads at once.
 */
@FunctionalInterface
public interface PayloadReader {
    /**
     * @param type of the method's parameter, or of the elements of its list
     * @return null counts as a body that can't be read; so does any exception, whose message should not quote the body
     */
    @Nullable
    Object read(ReceivedMessage message, Type type) throws Exception;
}
