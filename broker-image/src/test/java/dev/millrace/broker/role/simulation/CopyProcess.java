package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Copy;
import dev.millrace.broker.role.CopyIdentity;
import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.RoleView;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A running copy: hands it what happens, and does what it wants. Owner: one simulation. */
final class CopyProcess {
    private final World world;
    private final Node node;
    private final CopyIdentity identity;
    private final Copy copy;
    private final Replication replication;
    private final Deque<Runnable> inbox = new ArrayDeque<>();
    private final Deque<Pending> pending = new ArrayDeque<>();
    private RoleView view =
            new RoleView(RoleView.Role.BOOTSTRAPPING, 0, Optional.empty(), false, false, 0, 0, Set.of());
    private boolean isAlive = true;
    private boolean isPaused;
    private boolean isFlushing;
    private int checkedTo;

    private record Pending(long epoch, int position, long payload) {}

    CopyProcess(World world, Node node, CopyIdentity identity) {
        this.world = world;
        this.node = node;
        this.identity = identity;
        this.copy = world.copies().make(identity, node.disk().stored());
        this.replication = new Replication(world, this);
    }

    Node node() {
        return node;
    }

    Disk disk() {
        return node.disk();
    }

    Replication replication() {
        return replication;
    }

    RoleView view() {
        return view;
    }

    boolean isAlive() {
        return isAlive;
    }

    boolean isPaused() {
        return isPaused;
    }

    String incarnation() {
        return identity.incarnation();
    }

    int checkedTo() {
        return checkedTo;
    }

    void setCheckedTo(int position) {
        checkedTo = position;
    }

    void begin() {
        Dice dice = world.dice();
        world.scheduler().after(dice.between(5, 300), () -> enqueue(this::logAdvanced));
        world.scheduler().after(dice.between(5, 300), () -> world.store().tellSomething(this));
        tickLater();
    }

    private void tickLater() {
        world.scheduler().after(world.dice().between(40, 60), () -> {
            if (isAlive) {
                if (!isPaused) {
                    handle(new Event.Tick());
                }
                tickLater();
            }
        });
    }

    void deliver(Event event) {
        enqueue(() -> handle(event));
    }

    /** Runs it in this process: now, once it goes on, or never. */
    void enqueue(Runnable action) {
        if (isPaused) {
            inbox.add(action);
        } else if (isAlive) {
            action.run();
        }
    }

    /** Does something in this process later. */
    void later(long delayMs, Runnable action) {
        world.scheduler().after(delayMs, () -> enqueue(action));
    }

    void pause() {
        world.history().add(toString(), "pauses");
        isPaused = true;
    }

    void goOn() {
        if (!isAlive || !isPaused) {
            return;
        }
        world.history().add(toString(), "goes on");
        isPaused = false;
        while (isAlive && !isPaused && !inbox.isEmpty()) {
            inbox.remove().run();
        }
    }

    void die() {
        isAlive = false;
        isPaused = false;
        inbox.clear();
    }

    void logAdvanced() {
        handle(new Event.LogAdvanced(disk().end(), disk().forced(), disk().history()));
        flushLater();
    }

    private void handle(Event event) {
        List<Effect> effects;
        try {
            copy.handle(event, node.monotonicMs());
            effects = copy.takeEffects();
        } catch (RuntimeException e) {
            throw new Violation("copy fails", this + " on " + event + ": " + e + " at " + e.getStackTrace()[0]);
        }
        world.history().handled(toString(), event, effects);
        for (Effect effect : effects) {
            perform(effect);
        }
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.ReadRecord read -> world.store().read(this, read.readId());
            case Effect.PutRecord put -> world.store().put(this, put);
            case Effect.RenewLease renew -> world.store().renew(this, renew.leaseId(), renew.seconds());
            case Effect.ReleaseLease release -> world.store().release(this);
            case Effect.Send send -> world.network().send(this, send.peer(), send.message());
            case Effect.Persist persist -> persist(persist);
            case Effect.Cut cut -> cut(cut);
            case Effect.BeginEpoch begin -> begin(begin);
            case Effect.StreamTo stream -> replication.streamTo(stream);
            case Effect.TakeFrom take -> replication.takeFrom(take);
            case Effect.EndStreams end -> replication.end();
            case Effect.Probe probe -> world.network().probe(this, probe.peer());
            case Effect.Publish publish -> publish(publish.view());
            case Effect.GiveReport give -> world.operator().reported(this, give);
            case Effect.End end ->
                world.scheduler().after(1, () -> {
                    if (isAlive) {
                        node.kill();
                    }
                });
        }
    }

    private long diskMs() {
        Dice dice = world.dice();
        return node.isDiskSlow() ? dice.between(50, 1_500) : dice.between(1, 6);
    }

    private void persist(Effect.Persist persist) {
        Disk disk = disk();
        disk.beginStored(persist.state());
        ordered(true, () -> {
            disk.finishStored();
            deliver(new Event.Stored(persist.ticket()));
        });
    }

    private void cut(Effect.Cut cut) {
        Disk disk = disk();
        if (cut.position() < view.committed()) {
            throw new Violation("cut below committed", this + " at " + cut.position() + " below " + view.committed());
        }
        disk.beginCut((int) cut.position());
        ordered(false, () -> {
            disk.finishLog();
            deliver(new Event.CutDone(disk.end(), disk.forced(), disk.history()));
        });
    }

    private void begin(Effect.BeginEpoch begin) {
        Disk disk = disk();
        disk.beginEpoch(begin.epoch());
        ordered(false, () -> {
            disk.finishLog();
            enqueue(this::logAdvanced);
        });
    }

    private long storedDoneMs;
    private long logDoneMs;

    /** The disk does one thing after the other; it goes on while the process pauses. */
    private void ordered(boolean isStored, Runnable done) {
        long now = world.scheduler().nowMs();
        long atMs = Math.max(now + diskMs(), isStored ? storedDoneMs : logDoneMs);
        if (isStored) {
            storedDoneMs = atMs;
        } else {
            logDoneMs = atMs;
        }
        world.scheduler().after(atMs - now, () -> {
            if (isAlive) {
                done.run();
            }
        });
    }

    private void flushLater() {
        if (isFlushing || disk().forced() == disk().end()) {
            return;
        }
        isFlushing = true;
        Dice dice = world.dice();
        long usualMs = dice.chance(0.3) ? dice.between(1_000, 8_000) : dice.between(100, 1_000);
        long waitMs = world.plan().isForceAwaited() ? 0 : usualMs;
        later(waitMs, this::flush);
    }

    private void flush() {
        Disk disk = disk();
        int position = disk.end();
        int cuts = disk.cuts();
        world.scheduler().after(diskMs(), () -> {
            if (isAlive) {
                disk.forced(position, cuts);
                enqueue(() -> {
                    isFlushing = false;
                    logAdvanced();
                });
            }
        });
    }

    private void publish(RoleView next) {
        RoleView before = view;
        view = next;
        world.ledger().published(this, before, next);
        boolean isSame = before.epoch() == next.epoch() && isMaster(next.role());
        if (!isSame) {
            pending.clear();
        }
        boolean mayAcknowledge = next.isReadable()
                && (next.role() == RoleView.Role.MASTER || next.role() == RoleView.Role.STEPPING_DOWN);
        while (mayAcknowledge
                && !pending.isEmpty()
                && pending.peek().position() < next.committed()
                && pending.peek().epoch() == next.epoch()) {
            Pending done = pending.remove();
            world.ledger().acknowledged(this, done.epoch(), done.position(), done.payload());
        }
    }

    private static boolean isMaster(RoleView.Role role) {
        return role == RoleView.Role.MASTER || role == RoleView.Role.STEPPING_DOWN || role == RoleView.Role.FENCED;
    }

    /** A client sends something, if this copy takes it. */
    void send(long payload) {
        if (!isAlive || isPaused || !view.isWritable()) {
            return;
        }
        Disk disk = disk();
        if (disk.history().lastEpoch() != view.epoch()) {
            throw new Violation("append in an epoch not begun", this + " " + view + " " + disk.history());
        }
        pending.add(new Pending(view.epoch(), disk.end(), payload));
        disk.append(view.epoch(), payload);
        world.history().add(toString(), "appends payload " + payload + " at " + (disk.end() - 1));
        logAdvanced();
        replication.pump();
    }

    @Override
    public String toString() {
        return "copy " + identity.incarnation();
    }
}
