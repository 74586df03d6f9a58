package dev.millrace.cli.local;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Whether a server takes requests. */
@FunctionalInterface
public interface Readiness {
    /** Blocks for a fraction of a second at most. */
    boolean isReady(String host, int port);

    /** Ready once its port takes a connection. */
    static Readiness byConnection() {
        int timeoutMs = 200;
        return (host, port) -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), timeoutMs);
                return true;
            } catch (IOException e) {
                return false;
            }
        };
    }
}
