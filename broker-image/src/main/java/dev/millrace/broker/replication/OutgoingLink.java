package dev.millrace.broker.replication;

import dev.millrace.broker.role.Message;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.replica.GroupStore;
import dev.millrace.store.replica.LogChunk;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends to one other copy: messages first, the log between them. Connects again and again, at once when something is to be
 * sent and the pause since the last attempt is over.
 *
 * <p>Owner: thread {@code peer-out-n}; others call {@link #send}, {@link #stream}, {@link #endStream}, {@link #check},
 * {@link #wake} and {@link #close}.
 */
final class OutgoingLink implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(OutgoingLink.class);
    private static final int QUEUE_MAX = 4096;
    private static final int MESSAGES_PER_TURN = 64;
    private static final int CHUNK_BYTES_MAX = 1024 * 1024;
    private static final long PAUSE_FIRST_MS = 20;
    private static final long PAUSE_MAX_MS = 500;

    private final Peer peer;
    private final GroupStore store;
    private final PeerEvents events;
    private final ConcurrentLinkedQueue<Message> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private volatile @Nullable Stream stream;
    private volatile @Nullable SocketChannel channel;
    private volatile @Nullable Thread thread;
    private volatile boolean isClosed;
    private String lastRefusal = "";
    private long pauseMs = PAUSE_FIRST_MS;

    /** The log as one session gets it. Owner: the link's thread, once it is set. */
    private static final class Stream {
        final long session;
        final long epoch;
        long next;

        Stream(long session, long epoch, long from) {
            this.session = session;
            this.epoch = epoch;
            this.next = from;
        }
    }

    OutgoingLink(Peer peer, GroupStore store, PeerEvents events) {
        this.peer = peer;
        this.store = store;
        this.events = events;
    }

    /** Sends it if the peer can be reached; else it is lost, and {@link PeerEvents#gone} follows. */
    void send(Message message) {
        if (queued.incrementAndGet() > QUEUE_MAX) {
            queued.decrementAndGet();
            disconnect();
            return;
        }
        queue.add(message);
        wake();
    }

    void stream(long session, long epoch, long from) {
        stream = new Stream(session, epoch, from);
        wake();
    }

    void endStream() {
        stream = null;
    }

    /** The other direction ended: whether this one still lives shows when it connects anew. */
    void check() {
        disconnect();
        wake();
    }

    /** Something may be there to be sent. */
    void wake() {
        Thread owner = thread;
        if (owner != null) {
            LockSupport.unpark(owner);
        }
    }

    void close() {
        isClosed = true;
        disconnect();
        wake();
    }

    private void disconnect() {
        SocketChannel open = channel;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("a connection to copy {} can't be closed: {}", peer.number(), e.getMessage());
            }
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        while (!isClosed) {
            connectOnce();
        }
    }

    private void connectOnce() {
        try (SocketChannel open = peer.connect(false)) {
            channel = open;
            pauseMs = PAUSE_FIRST_MS;
            lastRefusal = "";
            while (!isClosed && open.isOpen()) {
                if (!sendSome(open)) {
                    LockSupport.park(this);
                }
            }
            lost(false);
        } catch (ConnectException e) {
            lost(isRefusal(e));
            pause();
        } catch (Peer.RefusedByPeerException e) {
            if (!lastRefusal.equals(e.getMessage())) {
                lastRefusal = String.valueOf(e.getMessage());
                LOG.error("copy {} does not talk to this one: {}", peer.number(), lastRefusal);
            }
            lost(false);
            pause();
        } catch (IOException e) {
            LOG.debug("the connection to copy {} is lost: {}", peer.number(), e.getMessage());
            lost(false);
            pause();
        } finally {
            channel = null;
        }
    }

    static boolean isRefusal(ConnectException fault) {
        return String.valueOf(fault.getMessage()).contains("refused");
    }

    private void lost(boolean isRefused) {
        stream = null;
        for (Message message = queue.poll(); message != null; message = queue.poll()) {
            queued.decrementAndGet();
        }
        if (!isClosed) {
            events.gone(peer.number(), isRefused);
        }
    }

    private void pause() {
        LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(pauseMs));
        pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2);
    }

    private boolean sendSome(SocketChannel open) throws IOException {
        int count = 0;
        for (Message message = queue.poll(); message != null; message = queue.poll()) {
            queued.decrementAndGet();
            write(open, Frame.message(PeerCodec.encode(message)));
            if (++count >= MESSAGES_PER_TURN) {
                break;
            }
        }
        Stream current = stream;
        return (current != null && streamSome(open, current)) || count > 0;
    }

    private boolean streamSome(SocketChannel open, Stream current) throws IOException {
        // The records of one epoch at a time, so that the follower knows which epoch wrote what.
        long writtenIn = 0;
        long until = Long.MAX_VALUE;
        for (EpochHistory.Entry entry : store.epochs().entries()) {
            if (entry.start() <= current.next) {
                writtenIn = entry.epoch();
            } else {
                until = Math.min(until, entry.start());
            }
        }
        int bytesMax = (int) Math.min(CHUNK_BYTES_MAX, until - current.next);
        return switch (store.read(current.next, bytesMax)) {
            case LogChunk.Found found -> {
                try (var slice = found.slice()) {
                    ByteBuffer records = slice.bytes().duplicate();
                    int bytes = records.remaining();
                    ByteBuffer head = Frame.logHead(current.session, current.epoch, current.next, writtenIn, records);
                    write(open, head, records);
                    current.next += bytes;
                }
                yield true;
            }
            case LogChunk.AtEnd end -> false;
            case LogChunk.Removed removed -> {
                byte[] history = PeerCodec.encodeHistory(store.epochs());
                write(open, Frame.removed(current.session, current.epoch, removed.minPosition(), history));
                stream = null;
                yield true;
            }
            case LogChunk.NoRecord none -> {
                LOG.warn("the log can't be streamed to copy {}: {}", peer.number(), none.reason());
                stream = null;
                throw new IOException(none.reason());
            }
        };
    }

    private static void write(SocketChannel open, ByteBuffer... parts) throws IOException {
        ByteBuffer last = parts[parts.length - 1];
        while (last.hasRemaining()) {
            open.write(parts);
        }
    }
}
