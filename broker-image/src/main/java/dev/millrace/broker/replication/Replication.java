package dev.millrace.broker.replication;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.Message;
import dev.millrace.store.epoch.EpochHistory;
import dev.millrace.store.replica.GroupStore;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one copy with all others.
 *
 * <p>Thread-safe. Threads: {@code peer-accept}, one {@code peer-out-n} for each other copy, one {@code peer-in-n} for each
 * connection of another copy, a short one for each probe.
 */
public final class Replication implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Replication.class);

    private final Greeting mine;
    private final int copies;
    private final PeerEvents events;
    private final ThreadStarter threads;
    private final Intake intake;
    private final Map<Integer, OutgoingLink> links = new HashMap<>();
    private final Map<Integer, Peer> peers = new HashMap<>();
    private final ServerSocketChannel listening;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Integer, IncomingLink> arrived = new HashMap<>();

    private volatile boolean isClosed;

    /**
     * Who this copy is, and where all are.
     *
     * @param addresses replication address of each copy by its number, this one included
     */
    public record Identity(
            String cluster,
            String group,
            Member member,
            String incarnation,
            Map<Integer, InetSocketAddress> addresses) {
        public Identity {
            addresses = Map.copyOf(addresses);
        }
    }

    /**
     * Starts to listen and to connect.
     *
     * @throws ReplicationException if the port is in use
     */
    public static Replication start(Identity identity, GroupStore store, PeerEvents events, ThreadStarter threads) {
        return new Replication(identity, store, events, threads);
    }

    private Replication(Identity identity, GroupStore store, PeerEvents events, ThreadStarter threads) {
        this.mine = new Greeting(identity.cluster, identity.group, identity.member, identity.incarnation, -1, false);
        this.copies = identity.addresses.size();
        this.events = events;
        this.threads = threads;
        this.intake = new Intake(store, events);
        int me = identity.member.replica();
        InetSocketAddress own = identity.addresses.get(me);
        if (own == null) {
            throw new ReplicationException(
                    "group.peers has no address of copy " + me + ", which this one is; add it", null);
        }
        this.listening = listen(own);
        threads.start("peer-accept", this::accept);
        identity.addresses.forEach((number, address) -> {
            if (number != me) {
                Peer peer = new Peer(number, address, mine);
                OutgoingLink link = new OutgoingLink(peer, store, events);
                peers.put(number, peer);
                links.put(number, link);
                threads.start("peer-out-" + number, link);
            }
        });
    }

    private static ServerSocketChannel listen(InetSocketAddress address) {
        try {
            ServerSocketChannel channel = ServerSocketChannel.open();
            channel.socket().setReuseAddress(true);
            channel.bind(new InetSocketAddress(address.getHostString(), address.getPort()));
            return channel;
        } catch (IOException e) {
            throw new ReplicationException(
                    "can't listen on " + address.getHostString() + ":" + address.getPort() + " for other copies: "
                            + e.getMessage() + "; end what uses the port, or correct group.peers",
                    e);
        }
    }

    private void accept() {
        while (!isClosed) {
            try {
                SocketChannel channel = listening.accept();
                threads.start("peer-in", new IncomingLink(channel, this, intake));
            } catch (IOException e) {
                if (!isClosed) {
                    LOG.warn("a connection of another copy can't be accepted: {}", e.getMessage());
                }
            }
        }
    }

    /** Sends it if the peer can be reached; else {@link PeerEvents#gone} follows. Never blocks. */
    public void send(int peer, Message message) {
        OutgoingLink link = links.get(peer);
        if (link != null) {
            link.send(message);
        }
    }

    /** Finds out whether a peer's process is there. */
    public void probe(int number) {
        Peer peer = peers.get(number);
        if (peer == null) {
            return;
        }
        threads.start("peer-probe", () -> {
            try {
                peer.connect(true).close();
                events.probed(number, true);
            } catch (ConnectException e) {
                if (OutgoingLink.isRefusal(e)) {
                    events.gone(number, true);
                } else {
                    events.probed(number, false);
                }
            } catch (IOException e) {
                LOG.debug("copy {} does not answer: {}", number, e.getMessage());
                events.probed(number, false);
            }
        });
    }

    /** Streams the log to a follower from a position on, in place of what was streamed to it before. */
    public void streamTo(int peer, long session, long epoch, long from) {
        OutgoingLink link = links.get(peer);
        if (link != null) {
            link.stream(session, epoch, from);
        }
    }

    /** Takes what this master streams in this session, and nothing else. Waits until what is under way is stored. */
    public void takeFrom(int peer, long session, long epoch) {
        intake.take(new Intake.Session(peer, session, epoch));
    }

    /** Stops streaming and taking. Waits until what is under way is stored. */
    public void endStreams() {
        links.values().forEach(OutgoingLink::endStream);
        intake.end();
    }

    /** The log has more; any thread. */
    public void logMoved() {
        links.values().forEach(OutgoingLink::wake);
    }

    String refusal(Greeting greeting) {
        Greeting here = new Greeting(
                mine.cluster(), mine.group(), mine.member(), mine.incarnation(), greeting.to(), greeting.isProbe());
        return here.refusal(greeting, copies);
    }

    void arrived(int peer, IncomingLink link) {
        IncomingLink before;
        synchronized (lock) {
            before = arrived.put(peer, link);
        }
        if (before != null) {
            before.close();
        }
        if (isClosed) {
            link.close();
        }
    }

    void left(int peer, IncomingLink link) {
        boolean isLast;
        synchronized (lock) {
            isLast = arrived.remove(peer, link);
        }
        OutgoingLink back = links.get(peer);
        if (isLast && back != null && !isClosed) {
            back.check();
        }
    }

    /** Nothing of an older connection comes after a newer one is there. */
    void deliver(int peer, IncomingLink link, Message message) {
        synchronized (lock) {
            if (arrived.get(peer) == link) {
                events.received(peer, message);
            }
        }
    }

    void removed(int peer, IncomingLink link, long minPosition, EpochHistory history) {
        synchronized (lock) {
            if (arrived.get(peer) == link) {
                events.removed(peer, minPosition, history);
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.debug("the port for other copies can't be closed: {}", e.getMessage());
        }
        links.values().forEach(OutgoingLink::close);
        synchronized (lock) {
            arrived.values().forEach(IncomingLink::close);
        }
        intake.end();
    }
}
