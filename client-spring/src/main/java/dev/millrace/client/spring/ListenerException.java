package dev.millrace.client.spring;

/** A message that its listener method could not take: it is delivered again. */
public final class ListenerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ListenerException(String message, Throwable cause) {
        super(message, cause);
    }

    ListenerException(String message) {
        super(message);
    }
}
