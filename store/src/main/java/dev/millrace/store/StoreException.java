package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/** A fault of the store. The message says what happened, with the values, and what to do. */
public class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
