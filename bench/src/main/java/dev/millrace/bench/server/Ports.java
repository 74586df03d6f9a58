package dev.millrace.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Free ports of 127.0.0.1, below those the system gives to clients, and the wait for a server behind one. */
public final class Ports {
    private static final int FIRST = 21_000;
    private static final int LAST = 31_000;
    private static final int CONNECT_TIMEOUT_MS = 500;
    private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

    private int next = FIRST + (int) (ProcessHandle.current().pid() % 900) * 10;

    /** The first of {@code count} free neighbouring ports; no port is given twice. */
    public int free(int count) {
        while (next + count <= LAST) {
            int first = next;
            next += count;
            if (areFree(first, count)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " neighbouring free ports between " + FIRST + " and " + LAST);
    }

    /** Waits until the server listens; fails when its process has ended or the time is over. */
    public static void awaitListening(int port, ServerProcess process, Duration timeout) {
        await(() -> isListening(port), "does not listen on port " + port, process, timeout);
    }

    /** Waits until {@code /ready} on this port answers 200; fails when its process has ended or the time is over. */
    static void awaitReady(int port, ServerProcess process, Duration timeout) {
        await(() -> isReady(port), "is not ready on port " + port, process, timeout);
    }

    private static void await(BooleanSupplier condition, String fault, ServerProcess process, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(process + " " + fault + "; its log ends:\n" + process.logTail());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static boolean areFree(int first, int count) {
        for (int port = first; port < first + count; port++) {
            try (var socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private static boolean isReady(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            socket.setSoTimeout(CONNECT_TIMEOUT_MS);
            socket.getOutputStream()
                    .write("GET /ready HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            var status =
                    new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.US_ASCII);
            return status.endsWith(" 200");
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isListening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
