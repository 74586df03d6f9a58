package dev.millrace.e2e.members;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.Socket;

/** The member's end of a {@link Link}. Thread-safe: one question at a time. */
final class LinkClient {
    private final BufferedReader in;
    private final Writer out;

    LinkClient(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        this.out = new OutputStreamWriter(socket.getOutputStream(), UTF_8);
    }

    /** Tells a line and waits for the answer. */
    synchronized String ask(String line) {
        try {
            out.write(line + "\n");
            out.flush();
            String answer = in.readLine();
            if (answer == null) {
                throw new IOException("the test closed the link");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
