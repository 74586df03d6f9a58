package dev.millrace.e2e.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;

/** Free ports below the range the system hands out to outgoing connections. Thread-safe. */
final class Ports {

    private static final int FIRST = 12_000;
    private static final int LAST = 31_000;
    private static final int TRIES_MAX = 1_000;
    private static final int CONNECT_TIMEOUT_MS = 200;
    private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();
    private static final SplittableRandom RANDOM = new SplittableRandom();

    private Ports() {}

    /** A port {@code p} such that {@code p - 2} to {@code p + 2} are free: servers open neighbours of their port. */
    static synchronized int freeBlock() {
        for (int attempt = 0; attempt < TRIES_MAX; attempt++) {
            int port = RANDOM.nextInt(FIRST, LAST);
            if (isBlockFree(port)) {
                return port;
            }
        }
        throw new AssertionError("no five free ports in a row between " + FIRST + " and " + LAST);
    }

    private static boolean isBlockFree(int port) {
        for (int candidate = port - 2; candidate <= port + 2; candidate++) {
            if (TAKEN.contains(candidate) || !isFree(candidate)) {
                return false;
            }
        }
        for (int taken = port - 2; taken <= port + 2; taken++) {
            TAKEN.add(taken);
        }
        return true;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean isListening(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(host), port), CONNECT_TIMEOUT_MS);
            return true;
        } catch (java.net.ConnectException | java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
