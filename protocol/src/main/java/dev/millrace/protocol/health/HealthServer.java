package dev.millrace.protocol.health;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.transport.TransportException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers {@code /live} (the process runs) and {@code /ready} (it serves; else why not) over HTTP.
 *
 * <p>Thread-safe. Each request runs on the executor, so that a peer that does not finish its request holds up nobody; it
 * is cut off after {@value #REQUEST_SECONDS_MAX} s.
 */
public final class HealthServer implements AutoCloseable {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int REQUEST_SECONDS_MAX = 10;
    private static final int CONNECTIONS_MAX = 256;

    static {
        // The server has no other way to be told; it reads them when its class is loaded.
        setUnlessSet("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
        setUnlessSet("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    }

    private final @Nullable HttpServer server;

    private static void setUnlessSet(String name, int value) {
        System.getProperties().putIfAbsent(name, Integer.toString(value));
    }

    private HealthServer(@Nullable HttpServer server) {
        this.server = server;
    }

    /** A server that answers nowhere. */
    public static HealthServer none() {
        return new HealthServer(null);
    }

    /**
     * Starts to answer.
     *
     * @param address port 0 for any free one
     * @param key of the setting that holds the port, for the error
     * @param executor runs the answers; one that starts a thread for each
     * @throws TransportException if the port is in use or the address is not of this machine
     */
    public static <R extends Record & Readiness> HealthServer start(
            InetSocketAddress address, String key, Supplier<R> readiness, Executor executor) {
        HttpServer made;
        try {
            made = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new TransportException(
                    "can't listen on " + address.getHostString() + ":" + address.getPort() + " for health checks: "
                            + e.getMessage() + "; end what uses the port, or set " + key,
                    false,
                    e);
        }
        made.setExecutor(executor);
        made.createContext("/live", exchange -> answer(exchange, OK, "live\n".getBytes(StandardCharsets.UTF_8)));
        made.createContext("/ready", exchange -> {
            R now = readiness.get();
            answer(exchange, now.ready() ? OK : UNAVAILABLE, BodyJson.write(now));
        });
        made.start();
        return new HealthServer(made);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    /** The port it answers on, 0 if it does not. */
    public int port() {
        return server == null ? 0 : server.getAddress().getPort();
    }

    @Override
    public void close() {
        if (server != null) {
            server.stop(0);
        }
    }
}
