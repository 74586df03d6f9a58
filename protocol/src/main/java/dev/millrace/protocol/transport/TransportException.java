package dev.millrace.protocol.transport;

import dev.millrace.protocol.ProtocolException;

/** A request that got no answer, with the reason. Whether the peer acted on it is unknown unless {@link #wasSent} says no. */
public final class TransportException extends ProtocolException {
    private static final long serialVersionUID = 1L;

    private final boolean wasSent;

    TransportException(String message, boolean wasSent) {
        super(message);
        this.wasSent = wasSent;
    }

    public TransportException(String message, boolean wasSent, Throwable cause) {
        super(message, cause);
        this.wasSent = wasSent;
    }

    /** False: the peer never saw the request. True: it may have acted on it. */
    public boolean wasSent() {
        return wasSent;
    }
}
