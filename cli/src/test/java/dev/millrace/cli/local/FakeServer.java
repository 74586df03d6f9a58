package dev.millrace.cli.local;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
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
        int httpPort = Integer.parseInt(
                settings.getProperty("broker.http-port", settings.getProperty("namesrv.http-port", "0")));
        if (httpPort > 0) {
            Thread.ofVirtual().start(() -> serve(httpPort, "HTTP/1.1 200 OK\r\n\r\n" + ready(settings)));
        }
        int port = Integer.parseInt(settings.getProperty("broker.port", settings.getProperty("namesrv.port", "0")));
        serve(port, "");
    }

    /** Copy 0 of a group is its master. */
    private static String ready(Properties settings) {
        String number = settings.getProperty("group.copy");
        if (number == null) {
            return "{\"ready\":true}";
        }
        return "{\"ready\":true,\"role\":\"" + (number.equals("0") ? "master" : "replica") + "\",\"copy\":{\"number\":"
                + number + ",\"epoch\":7,\"master\":\"127.0.0.1:" + settings.getProperty("broker.port")
                + "\",\"inSync\":[0,1],\"committed\":123,\"behindBytes\":" + number
                + "00,\"conditions\":[]}}";
    }

    private static void readRequest(InputStream request) throws IOException {
        String read = "";
        for (int c = request.read(); c >= 0 && !read.endsWith("\r\n\r\n"); ) {
            read += (char) c;
            c = read.endsWith("\r\n\r\n") ? -1 : request.read();
        }
    }

    private static void serve(int port, String answer) {
        try (var listener = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            while (!listener.isClosed()) {
                answer(listener, answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("port " + port, e);
        }
    }

    private static void answer(ServerSocket listener, String answer) throws IOException {
        try (var connection = listener.accept()) {
            if (!answer.isEmpty()) {
                readRequest(connection.getInputStream());
            }
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
        }
    }
}
