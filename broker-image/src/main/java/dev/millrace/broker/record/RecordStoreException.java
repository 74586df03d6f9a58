package dev.millrace.broker.record;

import org.jspecify.annotations.Nullable;

/** A record store can't be read or written, or holds what is no record. */
public final class RecordStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecordStoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
