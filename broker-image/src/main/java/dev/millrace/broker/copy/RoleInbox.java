package dev.millrace.broker.copy;

import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.Message;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the role thread is told. Bounded: above a limit messages of peers are dropped, which may be lost anyway; everything else
 * answers something that this copy asked for.
 *
 * <p>Thread-safe: many put, the role thread takes.
 */
final class RoleInbox {
    private static final int EVENTS_MAX = 10_000;

    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicBoolean hasLogMoved = new AtomicBoolean();
    private volatile @Nullable Thread owner;

    void put(Event event) {
        if (count.incrementAndGet() > EVENTS_MAX && event instanceof Event.Received) {
            count.decrementAndGet();
            return;
        }
        events.add(event);
        wake();
    }

    void received(int peer, Message message) {
        put(new Event.Received(peer, message));
    }

    /** End, forced or committed position of the log moved; many moves are one event. */
    void logMoved() {
        if (!hasLogMoved.getAndSet(true)) {
            wake();
        }
    }

    /** Role thread, once. */
    void own() {
        owner = Thread.currentThread();
    }

    /** Whether the log moved since the last call; role thread. */
    boolean takeLogMoved() {
        return hasLogMoved.get() && hasLogMoved.getAndSet(false);
    }

    /** The next event, null without one; role thread. */
    @Nullable
    Event poll() {
        Event event = events.poll();
        if (event != null) {
            count.decrementAndGet();
        }
        return event;
    }

    /** Waits until something comes, or for a while; role thread. */
    void await(long ms) {
        if (events.isEmpty() && !hasLogMoved.get()) {
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(ms));
        }
    }

    void wake() {
        Thread role = owner;
        if (role != null) {
            LockSupport.unpark(role);
        }
    }
}
