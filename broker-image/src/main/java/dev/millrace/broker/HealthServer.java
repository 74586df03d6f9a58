package dev.millrace.broker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.store.StoreException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code /live} (the process runs) and {@code /ready} (it serves; else how far recovery is) over HTTP.
 *
 * <p>Thread-safe: the HTTP server has one thread of its own.
 */
final class HealthServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final @Nullable HttpServer server;

    /**
     * Starts to answer.
     *
     * @param port 0 for none
     */
    HealthServer(String host, int port, Supplier<Readiness> readiness) {
        this.server = port == 0 ? null : start(new InetSocketAddress(host, port), readiness);
    }

    private static HttpServer start(InetSocketAddress address, Supplier<Readiness> readiness) {
        HttpServer made;
        try {
            made = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new StoreException(
                    "can't listen on " + address.getHostString() + ":" + address.getPort() + " for health checks: "
                            + e.getMessage() + "; end what uses the port, or set broker.http-port",
                    e);
        }
        made.createContext("/live", exchange -> answer(exchange, OK, "live\n".getBytes(StandardCharsets.UTF_8)));
        made.createContext("/ready", exchange -> {
            Readiness now = readiness.get();
            answer(exchange, now.ready() ? OK : UNAVAILABLE, BodyJson.write(now));
        });
        made.start();
        return made;
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The port it answers on, 0 if it does not. */
    int port() {
        return server == null ? 0 : server.getAddress().getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
    }
}
