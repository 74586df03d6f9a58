package dev.millrace.broker.replication;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** Where another copy is, and how it is greeted. Thread-safe: immutable. */
record Peer(int number, InetSocketAddress address, Greeting greeting) {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(1);

    /** A process that stands still is connected to by its kernel, but never answers. */
    private static final Duration ANSWER_MAX = Duration.ofMillis(500);

    /**
     * Connects and greets.
     *
     * @throws java.net.ConnectException if nothing listens there
     * @throws IOException if it can't be reached, does not answer, or refuses
     */
    SocketChannel connect(boolean isProbe) throws IOException {
        SocketChannel channel = SocketChannel.open();
        boolean isTaken = false;
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            InetSocketAddress resolved = address.isUnresolved()
                    ? new InetSocketAddress(address.getHostString(), address.getPort())
                    : address;
            channel.socket().connect(resolved, Math.toIntExact(CONNECT_MAX.toMillis()));
            channel.socket().setSoTimeout(Math.toIntExact(ANSWER_MAX.toMillis()));
            new Greeting(
                            greeting.cluster(),
                            greeting.group(),
                            greeting.member(),
                            greeting.incarnation(),
                            number,
                            isProbe)
                    .write(new DataOutputStream(channel.socket().getOutputStream()));
            String refusal = new DataInputStream(channel.socket().getInputStream()).readUTF();
            if (!refusal.isEmpty()) {
                throw new RefusedByPeerException(refusal);
            }
            isTaken = true;
            return channel;
        } finally {
            if (!isTaken) {
                channel.close();
            }
        }
    }

    /** The other copy said why it does not take the connection. */
    static final class RefusedByPeerException extends IOException {
        private static final long serialVersionUID = 1L;

        RefusedByPeerException(String message) {
            super(message);
        }
    }
}
