package dev.millrace.broker.files;

import org.jspecify.annotations.Nullable;

/** State could not be written, to its file or to the log; the old content is still there. */
public final class StateFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StateFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
