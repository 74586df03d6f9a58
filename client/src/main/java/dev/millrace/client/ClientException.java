package dev.millrace.client;

/** A call that failed: what happened with its values, and what to do. */
public final class ClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /** @param what one line with the values, without the remedy: the code adds it */
    public ClientException(ErrorCode code, String what) {
        super(message(what, code));
        this.code = code;
    }

    /** @param what one line with the values, without the remedy: the code adds it */
    public ClientException(ErrorCode code, String what, Throwable cause) {
        super(message(what, code), cause);
        this.code = code;
    }

    /** A fault that tells of another of its kind has the remedy already. */
    private static String message(String what, ErrorCode code) {
        return what.endsWith(code.remedy()) ? what : what + "; " + code.remedy();
    }

    private ClientException(ClientException other) {
        super(other.getMessage(), other);
        this.code = other.code;
    }

    public ErrorCode code() {
        return code;
    }

    /** Whether the same call may succeed later. */
    public boolean isRetriable() {
        return code.isRetriable();
    }

    /** The same fault with the stack of the calling thread; this one is its cause. */
    public ClientException here() {
        return new ClientException(this);
    }
}
