package dev.millrace.e2e.servers;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Asks servers whether they serve, with hand-made frames. Thread-safe: stateless. */
final class ServerProbe {

    private static final int TIMEOUT_MS = 2_000;
    private static final int LENGTH_MAX = 1 << 20;
    private static final int GET_BROKER_CLUSTER_INFO = 106;
    private static final int GET_BROKER_RUNTIME_INFO = 28;
    private static final String REQUEST =
            "{\"code\":CODE,\"flag\":0,\"language\":\"JAVA\",\"opaque\":1,\"serializeTypeCurrentRPC\":\"JSON\",\"version\":479}";

    private ServerProbe() {}

    /** Whether the NameServer lists {@code brokerName} at {@code address}; false when it does not answer. */
    static boolean isRouted(String host, int port, String brokerName, String address) {
        String answer = ask(host, port, GET_BROKER_CLUSTER_INFO);
        return answer.contains("\"" + brokerName + "\"") && answer.contains("\"" + address + "\"");
    }

    /**
     * Whether the broker has its statistics; false when it does not answer. RocketMQ's broker takes the first sample a
     * second after its start, and fails requests for its runtime information until then.
     */
    static boolean hasStatistics(String host, int port) {
        return ask(host, port, GET_BROKER_RUNTIME_INFO).contains("\"putTps\"");
    }

    /** Header and body of the answer; empty when there is none. */
    private static String ask(String host, int port, int code) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
            return ask(socket, REQUEST.replace("CODE", Integer.toString(code)));
        } catch (IOException e) {
            return "";
        }
    }

    private static String ask(Socket socket, String request) throws IOException {
        byte[] header = request.getBytes(StandardCharsets.UTF_8);
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
