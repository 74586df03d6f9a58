package dev.millrace.e2e.servers;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Passes connections on to a server frame by frame and shows each frame to a {@link FrameTap}. Owner: the servers it
 * stands before; each connection has two virtual threads.
 */
final class TapProxy implements AutoCloseable {

    private static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;
    private static final AtomicLong CONNECTIONS = new AtomicLong();

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServerSocket listener;
    private final InetSocketAddress server;
    private final FrameTap.Link link;
    private final FrameTap tap;

    TapProxy(InetSocketAddress address, InetSocketAddress server, FrameTap.Link link, FrameTap tap) {
        this.server = server;
        this.link = link;
        this.tap = tap;
        try {
            this.listener = new ServerSocket();
            listener.setReuseAddress(true);
            listener.bind(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TapProxy start() {
        threads.execute(this::accept);
        return this;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                threads.execute(() -> connect(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        try (client;
                Socket upstream = new Socket()) {
            upstream.connect(server);
            long connection = CONNECTIONS.incrementAndGet();
            threads.execute(() -> copy(upstream, client, connection, true));
            copy(client, upstream, connection, false);
        } catch (IOException e) {
            // The peer sees its connection closed, as it would without a proxy.
        }
    }

    private void copy(Socket from, Socket to, long connection, boolean isFromServer) {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(from.getInputStream());
            OutputStream out = to.getOutputStream();
            while (true) {
                byte[] frame = readFrame(in);
                tap.onFrame(link, connection, isFromServer, frame);
                if (tap.passes(link, connection, isFromServer, frame)) {
                    out.write(frame);
                    out.flush();
                }
            }
        } catch (IOException e) {
            // Either side closed: both are closed.
        }
    }

    private static byte[] readFrame(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > FRAME_BYTES_MAX) {
            throw new IOException("frame of " + length + " bytes");
        }
        byte[] frame = new byte[4 + length];
        ByteBuffer.wrap(frame).putInt(length);
        if (in.readNBytes(frame, 4, length) != length) {
            throw new EOFException("frame ended early");
        }
        return frame;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}
