package dev.millrace.protocol;

/** A whole frame with a field that is missing or has no sense: the request is answered, the connection lives on. */
public final class BadFieldException extends ProtocolException {
    private static final long serialVersionUID = 1L;

    public BadFieldException(String message) {
        super(message);
    }

    public BadFieldException(String message, Throwable cause) {
        super(message, cause);
    }
}
