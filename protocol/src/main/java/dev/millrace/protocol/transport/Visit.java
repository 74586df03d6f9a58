package dev.millrace.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection at a {@link Door}, and who has it now.
 *
 * <p>Owner: the connection's event loop.
 */
final class Visit {
    static final AttributeKey<Visit> KEY = AttributeKey.valueOf(Visit.class, "visit");

    private static final int LOOK_AGAIN_MS = 20;
    private static final int LOOK_AT_PASSED_ON_MS = 250;

    private final Door door;
    private final Channel channel;
    private final LoopState loop = LoopState.current();

    private Phase phase = Phase.WAITING;
    private Door.@Nullable Destination servedBy;
    private @Nullable FrameReader reader;
    private @Nullable PassedOn passedOn;
    /** What was read and not handled. */
    private @Nullable ByteBuf rest;

    private boolean isTimed;
    private long sinceNanos;
    private @Nullable Future<?> nextLook;

    private enum Phase {
        WAITING,
        SERVED,
        CONNECTING,
        PASSED_ON
    }

    Visit(Door door, Channel channel) {
        this.door = door;
        this.channel = channel;
        channel.closeFuture().addListener(closed -> forget());
    }

    /** Does what the door's destination asks for now. */
    void look() {
        if (!channel.isActive()) {
            return;
        }
        Door.Destination now = door.destination();
        switch (phase) {
            case WAITING -> now.take(this);
            case SERVED -> stayOrLeave(now);
            case CONNECTING -> {}
            case PASSED_ON -> leaveTheDead(now);
        }
    }

    void serve(Door.Destination.Here here) {
        phase = Phase.SERVED;
        isTimed = false;
        servedBy = here;
        FrameReader fresh = new FrameReader(loop, door.settings(), here.handler(), here.listener());
        reader = fresh;
        channel.pipeline().addLast(fresh);
        ByteBuf known = rest;
        rest = null;
        fresh.takeOver(channel.pipeline().context(fresh), known);
    }

    private void stayOrLeave(Door.Destination now) {
        FrameReader current = reader;
        if (current == null) {
            throw new AssertionError("connection " + channel + " is served by nobody");
        }
        if (now.equals(servedBy)) {
            isTimed = false;
            current.release();
            return;
        }
        current.hold();
        boolean isLate = waitedNanos() > Door.LEAVE_MAX.toNanos();
        if (!now.isSomewhere() || !(current.isIdle() || isLate)) {
            waitMore();
            return;
        }
        rest = current.leave();
        reader = null;
        servedBy = null;
        phase = Phase.WAITING;
        isTimed = false;
        now.take(this);
    }

    /** Looks again soon, but not for ever. */
    void waitMore() {
        if (waitedNanos() > Door.HOLD_MAX.toNanos()) {
            loop.faults().closed(channel.remoteAddress(), "nobody could serve it for " + Door.HOLD_MAX);
            channel.close();
        } else {
            lookAgain(LOOK_AGAIN_MS);
        }
    }

    private void lookAgain(int ms) {
        if (nextLook == null) {
            nextLook = channel.eventLoop()
                    .schedule(
                            () -> {
                                nextLook = null;
                                look();
                            },
                            ms,
                            TimeUnit.MILLISECONDS);
        }
    }

    private long waitedNanos() {
        long now = loop.nanoTime().getAsLong();
        if (!isTimed) {
            isTimed = true;
            sinceNanos = now;
        }
        return now - sinceNanos;
    }

    void passOn(InetSocketAddress address) {
        phase = Phase.CONNECTING;
        Pipe.connect(door, channel, address).addListener(done -> {
            if (!channel.isActive()) {
                return; // what was connected ends with it
            }
            if (done.isSuccess()) {
                phase = Phase.PASSED_ON;
                ByteBuf known = rest;
                rest = null;
                passedOn = new PassedOn(address, Pipe.join(channel, (Channel) done.getNow(), known, loop.nanoTime()));
                look();
            } else {
                phase = Phase.WAITING;
                waitMore();
            }
        });
    }

    /**
     * What was passed on stays so while it is answered, wherever others go now. Who does not answer may be frozen or cut off,
     * and would keep the client for ever.
     */
    private void leaveTheDead(Door.Destination now) {
        PassedOn to = passedOn;
        if (to == null) {
            throw new AssertionError("connection " + channel + " was passed on to nobody");
        }
        if (!now.isSomewhere() || now.equals(new Door.Destination.There(to.address))) {
            return;
        }
        if (to.silence.nanos() > Door.SILENCE_MAX.toNanos()) {
            loop.faults()
                    .closed(
                            channel.remoteAddress(),
                            "it was passed on to " + to.address + ", which answers nothing and is not asked any more");
            channel.close();
        } else {
            lookAgain(LOOK_AT_PASSED_ON_MS);
        }
    }

    /** Where it was passed on to, and how long nothing came back from there. */
    private record PassedOn(InetSocketAddress address, Pipe.Silence silence) {}

    private void forget() {
        if (rest != null) {
            rest.release();
            rest = null;
        }
        if (nextLook != null) {
            nextLook.cancel(false);
        }
    }
}
