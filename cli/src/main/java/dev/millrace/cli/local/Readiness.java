package dev.millrace.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Whether a server takes requests. */
@FunctionalInterface
public interface Readiness {
    /** More than a broker ever says of itself. */
    int ANSWER_BYTES_MAX = 64 << 10;

    /** What is between headers and body. */
    String HEADER_END = "\r\n\r\n";

    /**
     * Blocks for a fraction of a second at most.
     *
     * @param httpPort where the server answers {@code /ready}; 0 for nowhere
     */
    boolean isReady(String host, int port, int httpPort);

    /** What {@code /ready} answers, whether it takes requests or not; nothing where nobody answers. Blocks as above. */
    default Optional<String> report(String host, int httpPort) {
        return Optional.empty();
    }

    /** Ready once its port takes a connection and {@code /ready}, where there is one, answers 200. */
    static Readiness ofServers() {
        return new Readiness() {
            @Override
            public boolean isReady(String host, int port, int httpPort) {
                return connects(host, port) && (httpPort == 0 || answersReady(host, httpPort));
            }

            @Override
            public Optional<String> report(String host, int httpPort) {
                return answer(host, httpPort, ANSWER_BYTES_MAX)
                        .filter(answer -> answer.contains(HEADER_END))
                        .map(answer -> answer.substring(answer.indexOf(HEADER_END) + HEADER_END.length()));
            }
        };
    }

    private static boolean connects(String host, int port) {
        try (var socket = open(host, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean answersReady(String host, int port) {
        return answer(host, port, "HTTP/1.1 200".length())
                .filter(start -> start.startsWith("HTTP/1.") && start.endsWith(" 200"))
                .isPresent();
    }

    /** One request by hand: an HTTP client would take longer to load than everything else here. */
    private static Optional<String> answer(String host, int port, int bytesMax) {
        try (var socket = open(host, port)) {
            String request = "GET /ready HTTP/1.0\r\nHost: " + host + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream answer = socket.getInputStream();
            return Optional.of(new String(answer.readNBytes(bytesMax), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return Optional.empty();
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
