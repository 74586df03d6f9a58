package dev.millrace.e2e.servers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks a NameServer for its brokers (request 106) with a hand-made frame. Thread-safe: stateless. */
final class RouteProbe {

    private static final int TIMEOUT_MS = 2_000;
    private static final int LENGTH_MAX = 1 << 20;
    private static final String REQUEST =
            "{\"code\":106,\"flag\":0,\"language\":\"JAVA\",\"opaque\":1,\"serializeTypeCurrentRPC\":\"JSON\",\"version\":479}";

    private RouteProbe() {}

    /** Whether the NameServer lists {@code brokerName} at {@code address}; false when it does not answer. */
    static boolean isRouted(String host, int port, String brokerName, String address) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
            String answer = ask(socket);
            return answer.contains("\"" + brokerName + "\"") && answer.contains("\"" + address + "\"");
        } catch (IOException e) {
            return false;
        }
    }

    private static String ask(Socket socket) throws IOException {
        byte[] header = REQUEST.getBytes(StandardCharsets.UTF_8);
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(4 + header.length);
        out.writeInt(header.length);
        out.write(header);
        out.flush();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int length = in.readInt();
        if (length < 0 || length > LENGTH_MAX) {
            throw new IOException("frame of " + length + " bytes");
        }
        return new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
}
