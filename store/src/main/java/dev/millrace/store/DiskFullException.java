package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/** There was no space for a file or for bytes of it; the caller refuses appends until there is. */
public final class DiskFullException extends StoreException {
    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
