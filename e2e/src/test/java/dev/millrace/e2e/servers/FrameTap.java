package dev.millrace.e2e.servers;

/** Sees every frame that passes between peers and servers. Thread-safe: called from one thread per connection and way. */
@FunctionalInterface
public interface FrameTap {

    /** Who talks to whom on a tapped connection. */
    enum Link {
        CLIENT_NAMESRV,
        CLIENT_BROKER,
        BROKER_NAMESRV
    }

    /**
     * A whole frame, length field included, in the order of its connection.
     *
     * @param connection tells connections apart
     * @param isFromServer whether the server wrote it
     */
    void onFrame(Link link, long connection, boolean isFromServer, byte[] frame);

    /** Whether the frame that was shown last on this connection and way goes on to its peer; else it is lost. */
    default boolean passes(Link link, long connection, boolean isFromServer, byte[] frame) {
        return true;
    }
}
