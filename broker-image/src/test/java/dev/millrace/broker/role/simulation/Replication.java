package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Streams of the log to and from a process. Owner: one simulation. */
final class Replication {
    private static final int BATCH_MAX = 16;

    private final World world;
    private final CopyProcess process;
    private final Map<Integer, Sender> senders = new TreeMap<>();
    private final List<Frame> early = new ArrayList<>();
    private Effect.TakeFrom taking;

    /** A part of a log on its way. */
    record Frame(int from, long session, long epoch, int position, long[] epochs, long[] payloads) {}

    private static final class Sender {
        final long session;
        final long epoch;
        final Network.Connection connection;
        int next;
        boolean isWaiting;

        Sender(Effect.StreamTo stream, Network.Connection connection) {
            this.session = stream.session();
            this.epoch = stream.epoch();
            this.connection = connection;
            this.next = (int) stream.from();
        }
    }

    Replication(World world, CopyProcess process) {
        this.world = world;
        this.process = process;
    }

    void streamTo(Effect.StreamTo stream) {
        Network.Connection connection = world.network().find(process, stream.peer(), stream.session());
        if (connection == null) {
            senders.remove(stream.peer());
        } else {
            senders.put(stream.peer(), new Sender(stream, connection));
            pump();
        }
    }

    void takeFrom(Effect.TakeFrom take) {
        taking = take;
        List<Frame> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(this::take);
    }

    void end() {
        senders.clear();
        early.clear();
        taking = null;
    }

    /** Sends what was appended since. */
    void pump() {
        for (Sender sender : senders.values()) {
            if (world.plan().isStreamSlow()) {
                pumpSlowly(sender);
            } else {
                while (sender.next < process.disk().end()) {
                    sendBatch(sender, BATCH_MAX);
                }
            }
        }
    }

    private void pumpSlowly(Sender sender) {
        if (sender.isWaiting) {
            return;
        }
        sender.isWaiting = true;
        process.later(world.dice().between(1, 60), () -> {
            sender.isWaiting = false;
            if (senders.containsValue(sender) && sender.next < process.disk().end()) {
                sendBatch(sender, 2);
                pumpSlowly(sender);
            }
        });
    }

    private void sendBatch(Sender sender, int countMax) {
        Disk disk = process.disk();
        int count = Math.min(countMax, disk.end() - sender.next);
        long[] payloads = new long[count];
        long[] epochs = new long[count];
        for (int i = 0; i < count; i++) {
            payloads[i] = disk.payload(sender.next + i);
            epochs[i] = epochAt(disk, sender.next + i);
        }
        int replica = process.node().replica;
        Frame frame = new Frame(replica, sender.session, sender.epoch, sender.next, epochs, payloads);
        sender.next += count;
        world.network().stream(process, sender.connection, frame);
    }

    private static long epochAt(Disk disk, int position) {
        long epoch = 0;
        for (var entry : disk.history().entries()) {
            if (entry.start() <= position) {
                epoch = entry.epoch();
            }
        }
        return epoch;
    }

    void take(Frame frame) {
        boolean isMine = taking != null && taking.peer() == frame.from() && taking.session() == frame.session();
        if (!isMine) {
            keep(frame);
            return;
        }
        Disk disk = process.disk();
        if (frame.position() > disk.end()) {
            throw new Violation(
                    "a gap in a stream",
                    process + " has " + disk.end() + ", session " + frame.session() + " of copy " + frame.from()
                            + " goes on at " + frame.position());
        }
        int before = disk.end();
        for (int i = 0; i < frame.payloads().length; i++) {
            put(disk, frame, i);
        }
        if (disk.end() == before) {
            return;
        }
        world.history()
                .add(process.toString(), "takes " + frame.position() + " to " + disk.end() + " from " + frame.from());
        process.logAdvanced();
    }

    /** For a session that is not taken yet. */
    private void keep(Frame frame) {
        boolean isOld = (taking != null && frame.session() < taking.session())
                || early.stream().anyMatch(other -> other.session() > frame.session());
        if (!isOld) {
            early.removeIf(other -> other.session() < frame.session());
            early.add(frame);
        }
    }

    /** What a follower has without having forced it is sent to it once more. */
    private void put(Disk disk, Frame frame, int i) {
        int position = frame.position() + i;
        if (position == disk.end()) {
            disk.append(frame.epochs()[i], frame.payloads()[i]);
        } else if (disk.payload(position) != frame.payloads()[i]) {
            throw new Violation(
                    "two payloads at a position",
                    process + " has " + disk.payload(position) + " at " + position + ", session " + frame.session()
                            + " of copy " + frame.from() + " comes with " + frame.payloads()[i]);
        }
    }
}
