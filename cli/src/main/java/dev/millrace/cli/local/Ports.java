package dev.millrace.cli.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/**
 * Which ports local mode gives to whom, and whether they are free.
 *
 * <p>A NameServer at p tells its health at p + 1. A broker at p listens at p - 2 too (the same without pulls),
 * keeps p + 1 for replication, and tells its health at p + 2.
 *
 * @param namesrv of the first NameServer; the next ones follow in steps of {@link #NAMESRV_STEP}
 * @param broker of the first broker; the next ones follow in steps of {@link #BROKER_STEP}
 */
record Ports(int namesrv, int broker) {
    static final int NAMESRV_DEFAULT = 9876;
    static final int BROKER_DEFAULT = 10911;
    static final int NAMESRV_STEP = 2;
    static final int NAMESRV_HTTP_OFFSET = 1;
    static final int BROKER_STEP = 10;
    static final int FAST_OFFSET = -2;
    static final int REPLICATION_OFFSET = 1;
    static final int HTTP_OFFSET = 2;
    static final int MAX = 65_535;

    static boolean isFree(String host, int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
