package dev.millrace.e2e.client;

/** Thrown by a scenario that cannot be run in its cell; the message says why. It is noted, and is no failure. */
public final class NotPossible extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotPossible(String reason) {
        super(reason);
    }
}
