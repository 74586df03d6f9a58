package dev.millrace.broker.replication;

import org.jspecify.annotations.Nullable;

/** The transport between copies can't do its work; the message says why and what to do. */
public final class ReplicationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ReplicationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
