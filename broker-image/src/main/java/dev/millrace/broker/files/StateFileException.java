package dev.millrace.broker.files;

/** A state file could not be written; its old content is still there. */
public final class StateFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StateFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
