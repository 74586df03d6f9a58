package dev.millrace.namesrv;

import java.util.List;

/** A running NameServer. Thread-safe: immutable. */
public final class Namesrv implements AutoCloseable {
    private final int port;
    private final int healthPort;
    private final List<AutoCloseable> parts;

    /** @param parts what {@link #close} ends, in this order */
    Namesrv(int port, int healthPort, List<AutoCloseable> parts) {
        this.port = port;
        this.healthPort = healthPort;
        this.parts = List.copyOf(parts);
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** The port that answers health checks, 0 if none does. */
    public int healthPort() {
        return healthPort;
    }

    @Override
    public void close() {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("NameServer on port " + port + " did not stop cleanly", e);
            }
        }
    }
}
