package dev.millrace.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Whether a server takes requests. */
@FunctionalInterface
public interface Readiness {
    /**
     * Blocks for a fraction of a second at most.
     *
     * @param httpPort where the server answers {@code /ready}; 0 for nowhere
     */
    boolean isReady(String host, int port, int httpPort);

    /** Ready once its port takes a connection and {@code /ready}, where there is one, answers 200. */
    static Readiness ofServers() {
        return (host, port, httpPort) -> connects(host, port) && (httpPort == 0 || answersReady(host, httpPort));
    }

    private static boolean connects(String host, int port) {
        try (var socket = open(host, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** One request by hand: an HTTP client would take longer to load than everything else here. */
    private static boolean answersReady(String host, int port) {
        try (var socket = open(host, port)) {
            String request = "GET /ready HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            String start = new String(answer.readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            return start.startsWith("HTTP/1.") && start.endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    private static Socket open(String host, int port) throws IOException {
        int timeoutMs = 300;
        var socket = new Socket();
        try {
            socket.setSoTimeout(timeoutMs);
            socket.connect(new InetSocketAddress(host, port), timeoutMs);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
