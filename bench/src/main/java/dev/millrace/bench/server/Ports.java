package dev.millrace.bench.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Free ports of 127.0.0.1, below those the system gives to clients, and the wait for a server behind one. */
final class Ports {
    private static final int FIRST = 21_000;
    private static final int LAST = 31_000;
    private static final int CONNECT_TIMEOUT_MS = 500;
    private static final long POLL_NANOS = Duration.ofMillis(50).toNanos();

    private int next = FIRST + (int) (ProcessHandle.current().pid() % 900) * 10;

    /** The first of {@code count} free neighbouring ports; no port is given twice. */
    int free(int count) {
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
    static void awaitListening(int port, ServerProcess process, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!isListening(port)) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        process + " does not listen on port " + port + "; its log ends:\n" + process.logTail());
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

    private static boolean isListening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
