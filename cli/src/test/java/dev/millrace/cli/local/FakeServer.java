package dev.millrace.cli.local;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** A server as the command starts it, without a store: listens where its configuration says, and ends on SIGTERM. */
final class FakeServer {
    private FakeServer() {}

    public static void main(String[] arguments) throws IOException {
        var settings = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(arguments[1]))) {
            settings.load(reader);
        }
        if (settings.containsKey("fake.refuse")) {
            System.err.println("fake.refuse is set; remove it");
            System.exit(9);
        }
        int port = Integer.parseInt(settings.getProperty("broker.port", settings.getProperty("namesrv.port", "0")));
        try (var listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            while (!listener.isClosed()) {
                listener.accept().close();
            }
        }
    }
}
