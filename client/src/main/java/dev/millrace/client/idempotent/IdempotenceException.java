package dev.millrace.client.idempotent;

/** A store that failed, or a wrong setting: what happened with its values, and what to do. */
public final class IdempotenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message one line with values and remedy */
    public IdempotenceException(String message) {
        super(message);
    }

    /** @param message one line with values and remedy */
    public IdempotenceException(String message, Throwable cause) {
        super(message, cause);
    }
}
