package dev.millrace.broker.replication;

import dev.millrace.broker.role.Message;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what one other copy sends on one connection.
 *
 * <p>Owner: thread {@code peer-in-n}; {@link #close} may come from another.
 */
final class IncomingLink implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(IncomingLink.class);
    private static final int GREETING_MS_MAX = 2_000;

    private final SocketChannel channel;
    private final Replication owner;
    private final Intake intake;

    IncomingLink(SocketChannel channel, Replication owner, Intake intake) {
        this.channel = channel;
        this.owner = owner;
        this.intake = intake;
    }

    void close() {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a connection can't be closed: {}", e.getMessage());
        }
    }

    @Override
    public void run() {
        int peer = -1;
        try (channel) {
            channel.socket().setSoTimeout(GREETING_MS_MAX);
            Greeting greeting =
                    Greeting.read(new DataInputStream(channel.socket().getInputStream()));
            String refusal = owner.refusal(greeting);
            DataOutputStream out = new DataOutputStream(channel.socket().getOutputStream());
            if (!refusal.isEmpty()) {
                LOG.warn("a connection from {} is refused: {}", channel.getRemoteAddress(), refusal);
                out.writeUTF(refusal);
                return;
            }
            if (greeting.isProbe()) {
                out.writeUTF("");
                return;
            }
            peer = greeting.member().replica();
            owner.arrived(peer, this);
            out.writeUTF("");
            readAll(peer);
        } catch (EOFException e) {
            LOG.debug("copy {} ended its connection", peer);
        } catch (IOException e) {
            LOG.debug("the connection from copy {} is lost: {}", peer, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (peer >= 0) {
                owner.left(peer, this);
            }
        }
    }

    private void readAll(int peer) throws IOException, InterruptedException {
        ByteBuffer head = ByteBuffer.allocate(Frame.HEAD_BYTES);
        while (true) {
            read(head.clear());
            int bytes = Frame.contentBytes(head);
            byte type = head.get(8);
            switch (type) {
                case Frame.MESSAGE -> {
                    ByteBuffer content = ByteBuffer.allocate(bytes);
                    read(content);
                    Frame.check(head, content.flip());
                    Message message = PeerCodec.decode(content.array());
                    owner.deliver(peer, this, message);
                }
                case Frame.LOG -> log(peer, head, bytes);
                case Frame.REMOVED -> {
                    ByteBuffer content = ByteBuffer.allocate(bytes);
                    read(content);
                    Frame.check(head, content.flip());
                    byte[] history = new byte[Math.max(0, bytes - Frame.REMOVED_HEAD_BYTES)];
                    content.get(Math.min(bytes, Frame.REMOVED_HEAD_BYTES), history);
                    owner.removed(peer, this, content.getLong(16), PeerCodec.decodeHistory(history));
                }
                default -> throw new IOException("a frame of type " + type + " is unknown");
            }
        }
    }

    private void log(int peer, ByteBuffer head, int bytes) throws IOException, InterruptedException {
        if (bytes <= Frame.LOG_HEAD_BYTES) {
            throw new IOException("a log frame of " + bytes + " bytes holds no record");
        }
        ByteBuffer content = intake.buffer(bytes);
        read(content);
        Frame.check(head, content.flip());
        Intake.Session session = new Intake.Session(peer, content.getLong(), content.getLong());
        intake.log(session, content.getLong(), content.getLong(), content);
    }

    private void read(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException();
            }
        }
    }
}
