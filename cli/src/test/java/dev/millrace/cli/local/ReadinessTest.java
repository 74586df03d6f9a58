package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReadinessTest {
    private static final String HOST = "127.0.0.1";

    @Test
    void isReadyOnceThePortTakesAConnection() throws Exception {
        int port;
        try (var server = listen()) {
            port = server.getLocalPort();
            assertThat(Readiness.ofServers().isReady(HOST, port, 0)).isTrue();
        }
        assertThat(Readiness.ofServers().isReady(HOST, port, 0)).isFalse();
    }

    @Test
    void isReadyOnlyWhenTheServerSaysSo() throws Exception {
        assertThat(readyWithAnswer("HTTP/1.1 200 OK\r\n\r\n")).isTrue();
        assertThat(readyWithAnswer("HTTP/1.1 503 Service Unavailable\r\n\r\n")).isFalse();
        assertThat(readyWithAnswer("SSH")).isFalse();
    }

    @Test
    void reportsWhatTheServerSaysAlsoWhenItIsNotReady() throws Exception {
        assertThat(reportWithAnswer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}"))
                .contains("{}");
        assertThat(reportWithAnswer("SSH")).isEmpty();
        assertThat(Readiness.ofServers().report(HOST, 1)).isEmpty();
    }

    private static Optional<String> reportWithAnswer(String answer) throws Exception {
        try (var http = listen()) {
            Thread answering = Thread.ofVirtual().start(() -> answerOnce(http, answer));
            Optional<String> report = Readiness.ofServers().report(HOST, http.getLocalPort());
            answering.join();
            return report;
        }
    }

    private static boolean readyWithAnswer(String answer) throws Exception {
        try (var server = listen();
                var http = listen()) {
            Thread answering = Thread.ofVirtual().start(() -> answerOnce(http, answer));
            boolean isReady = Readiness.ofServers().isReady(HOST, server.getLocalPort(), http.getLocalPort());
            answering.join();
            return isReady;
        }
    }

    private static void answerOnce(ServerSocket http, String answer) {
        try (var connection = http.accept()) {
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            connection.shutdownOutput();
            assertThat(connection.getInputStream().readAllBytes())
                    .startsWith("GET /ready HTTP/1.0\r\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The reader has seen enough and closed: that is its right.
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }
}
