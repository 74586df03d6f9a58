package dev.millrace.cli.load;

import org.jspecify.annotations.Nullable;

/** Is told how a send ended. */
@FunctionalInterface
public interface SendDone {
    /**
     * The send has ended; must not block.
     *
     * @param failure {@code null} when the broker acknowledged the message
     */
    void done(@Nullable Throwable failure);
}
