package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Connections between processes. What is sent on one arrives in order; one that breaks loses its tail, and what was under way
 * may still arrive after something of the next one. Owner: one simulation.
 */
final class Network {
    private final World world;
    private final boolean[][] isBlocked;
    private final List<Connection> connections = new ArrayList<>();
    private boolean isPerfect;

    /** A TCP connection: {@code one} opened it. */
    static final class Connection {
        final CopyProcess one;
        final CopyProcess other;
        /** Of a follower; 0 for what is asked and reported. */
        final long session;

        final long[] lastMs = new long[2];
        final List<Deque<Runnable>> held = List.of(new ArrayDeque<>(), new ArrayDeque<>());
        boolean isBroken;
        long cutoffMs = Long.MAX_VALUE;

        Connection(CopyProcess one, CopyProcess other, long session) {
            this.one = one;
            this.other = other;
            this.session = session;
        }

        boolean isBetween(CopyProcess a, CopyProcess b) {
            return (one == a && other == b) || (one == b && other == a);
        }

        CopyProcess peerOf(CopyProcess process) {
            return process == one ? other : one;
        }
    }

    Network(World world, int copies) {
        this.world = world;
        this.isBlocked = new boolean[copies][copies];
    }

    /** Heals all, and lets nothing be late any more. */
    void makePerfect() {
        isPerfect = true;
        healAll();
    }

    void setLate(boolean late) {
        isPerfect = !late;
    }

    void healAll() {
        for (boolean[] row : isBlocked) {
            Arrays.fill(row, false);
        }
        List.copyOf(connections).forEach(this::flow);
    }

    void block(int from, int to, boolean blocked) {
        isBlocked[from][to] = blocked;
        if (!blocked) {
            List.copyOf(connections).forEach(this::flow);
        }
    }

    void breakSome() {
        if (!connections.isEmpty()) {
            close(world.dice().pick(connections), null);
        }
    }

    void died(CopyProcess dead) {
        for (Connection connection : List.copyOf(connections)) {
            if (connection.one == dead || connection.other == dead) {
                close(connection, dead);
            }
        }
    }

    private boolean isReachable(int from, int to) {
        return !isBlocked[from][to] && !isBlocked[to][from] && world.node(to).isPowered();
    }

    private long latencyMs() {
        Dice dice = world.dice();
        if (!isPerfect && dice.chance(0.02)) {
            return dice.between(5, dice.chance(0.2) ? 2_000 : 100);
        }
        return dice.between(1, 3);
    }

    void probe(CopyProcess from, int peer) {
        int me = from.node().replica;
        world.scheduler().after(latencyMs(), () -> {
            if (!isReachable(me, peer)) {
                from.later(300, () -> from.deliver(new Event.Probed(peer, false)));
            } else if (!world.node(peer).isRunning()) {
                from.later(latencyMs(), () -> from.deliver(new Event.PeerGone(peer, true)));
            } else {
                from.later(latencyMs(), () -> from.deliver(new Event.Probed(peer, true)));
            }
        });
    }

    void send(CopyProcess from, int peer, Message message) {
        switch (message) {
            case Message.Follow follow -> {
                for (Connection connection : List.copyOf(connections)) {
                    if (connection.one == from && connection.session != 0) {
                        closeQuietly(connection);
                    }
                }
                sendOn(connect(from, peer, follow.session()), from, peer, message);
            }
            case Message.Accept accept -> sendOn(find(from, peer, accept.session()), from, peer, message);
            case Message.Deny deny -> sendOn(find(from, peer, deny.session()), from, peer, message);
            case Message.Heartbeat beat -> sendOn(find(from, peer, beat.session()), from, peer, message);
            case Message.Acknowledge acknowledge ->
                sendOn(find(from, peer, acknowledge.session()), from, peer, message);
            case Message.Ask ask -> sendOn(control(from, peer), from, peer, message);
            case Message.Report report -> sendOn(control(from, peer), from, peer, message);
        }
    }

    void stream(CopyProcess from, Connection connection, Replication.Frame frame) {
        if (!connection.isBroken) {
            CopyProcess to = connection.peerOf(from);
            transmit(connection, from, () -> to.replication().take(frame));
        }
    }

    private Connection control(CopyProcess from, int peer) {
        CopyProcess to = world.node(peer).process();
        for (Connection connection : connections) {
            if (connection.session == 0 && to != null && connection.isBetween(from, to)) {
                return connection;
            }
        }
        return connect(from, peer, 0);
    }

    /** The connection of a follower's session, else null. */
    Connection find(CopyProcess from, int peer, long session) {
        for (Connection connection : connections) {
            boolean isOurs = connection.one == from || connection.other == from;
            if (isOurs
                    && connection.session == session
                    && connection.peerOf(from).node().replica == peer) {
                return connection;
            }
        }
        return null;
    }

    private Connection connect(CopyProcess from, int peer, long session) {
        int me = from.node().replica;
        if (!isReachable(me, peer)) {
            from.later(world.dice().between(300, 600), () -> from.deliver(new Event.PeerGone(peer, false)));
            return null;
        }
        CopyProcess to = world.node(peer).process();
        if (to == null) {
            from.later(latencyMs(), () -> from.deliver(new Event.PeerGone(peer, true)));
            return null;
        }
        Connection connection = new Connection(from, to, session);
        connections.add(connection);
        return connection;
    }

    private void sendOn(Connection connection, CopyProcess from, int peer, Message message) {
        if (connection != null) {
            CopyProcess to = connection.peerOf(from);
            Event event = new Event.Received(from.node().replica, message);
            transmit(connection, from, () -> to.deliver(event));
        } else if (message instanceof Message.Acknowledge || message instanceof Message.Heartbeat) {
            from.later(1, () -> from.deliver(new Event.PeerGone(peer, false)));
        }
    }

    private void transmit(Connection connection, CopyProcess from, Runnable arrival) {
        int direction = from == connection.one ? 0 : 1;
        long now = world.scheduler().nowMs();
        long atMs = Math.max(now + latencyMs(), connection.lastMs[direction]);
        connection.lastMs[direction] = atMs;
        CopyProcess to = connection.peerOf(from);
        world.scheduler().after(atMs - now, () -> {
            Deque<Runnable> held = connection.held.get(direction);
            if (isBlocked[from.node().replica][to.node().replica] || !held.isEmpty()) {
                hold(connection, held, arrival);
            } else if (world.scheduler().nowMs() <= connection.cutoffMs) {
                to.enqueue(arrival);
            }
        });
    }

    private void hold(Connection connection, Deque<Runnable> held, Runnable arrival) {
        if (connection.isBroken) {
            return;
        }
        held.add(arrival);
        if (held.size() == 1) {
            world.scheduler().after(world.dice().between(300, 3_000), () -> {
                if (!held.isEmpty()) {
                    close(connection, null);
                }
            });
        }
    }

    private void flow(Connection connection) {
        for (int direction = 0; direction < 2; direction++) {
            CopyProcess from = direction == 0 ? connection.one : connection.other;
            CopyProcess to = connection.peerOf(from);
            Deque<Runnable> held = connection.held.get(direction);
            if (!isBlocked[from.node().replica][to.node().replica]) {
                while (!held.isEmpty()) {
                    to.enqueue(held.remove());
                }
            }
        }
    }

    /** What was sent before may still arrive, the later the less. */
    private void closeQuietly(Connection connection) {
        connection.isBroken = true;
        boolean isAnyHeld = connection.held.stream().anyMatch(held -> !held.isEmpty());
        connection.cutoffMs =
                isAnyHeld ? 0 : world.scheduler().nowMs() + world.dice().between(0, 300);
        connection.held.forEach(Deque::clear);
        connections.remove(connection);
    }

    private void close(Connection connection, CopyProcess dead) {
        if (connection.isBroken) {
            return;
        }
        closeQuietly(connection);
        tellBroken(connection.one, connection.other, dead);
        tellBroken(connection.other, connection.one, dead);
    }

    private void tellBroken(CopyProcess told, CopyProcess peer, CopyProcess dead) {
        if (told == dead) {
            return;
        }
        int other = peer.node().replica;
        boolean isSilent =
                !isReachable(other, told.node().replica) || !world.node(other).isPowered();
        long delayMs = isSilent ? world.dice().between(500, 3_000) : latencyMs();
        told.later(delayMs, () -> told.deliver(new Event.PeerGone(other, false)));
    }
}
