package dev.millrace.broker.delay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the log says of messages that are held back: the calendar, the window of what is due next, and what is settled but
 * not yet on the disk. A settled message leaves the calendar when the record that settles it is durable, so that a
 * calendar that outlives a power cut never lacks a message that the log still has to deliver.
 *
 * <p>Owner: the opening thread, then the delays thread.
 */
final class TimerLedger {
    private static final int KEYS_MAX = 1 << 16;

    private final TimerCalendar calendar;
    private final DueWindow window;
    private final ArrayDeque<Settled> settled = new ArrayDeque<>();
    private final List<SettledKey> settledKeys = new ArrayList<>();

    /** A record at {@code by} settles the message of the record at {@code position}. */
    private record Settled(long by, long dueMs, long position) {}

    /** A record at {@code by} settles the messages before it with this key. */
    private record SettledKey(long by, long dueMs, int keyHash) {}

    TimerLedger(TimerCalendar calendar, int windowCount) {
        this.calendar = calendar;
        this.window = new DueWindow(calendar, windowCount);
    }

    TimerCalendar calendar() {
        return calendar;
    }

    DueWindow window() {
        return window;
    }

    /**
     * Applies events; what could not be applied stays in them.
     *
     * @throws dev.millrace.store.DiskFullException if there is no space for the calendar
     */
    int apply(TimerEvents events) {
        int applied = 0;
        while (events.hasNext()) {
            switch (events.kind()) {
                case TimerEvents.ADD -> add(events.dueMs(), events.position(), (int) events.value());
                case TimerEvents.SETTLE -> addSettled(new Settled(events.position(), events.dueMs(), events.value()));
                default -> addSettledKey(events);
            }
            events.advance();
            applied++;
        }
        return applied;
    }

    private void add(long dueMs, long position, int keyHash) {
        long index = calendar.add(dueMs, position, keyHash);
        if (index >= 0) {
            window.offer(dueMs, index);
        }
    }

    /** Claimed until it is out of the calendar: another master may have settled it, and nobody here did claim it. */
    private void addSettled(Settled event) {
        calendar.claim(event.dueMs, event.position);
        settled.add(event);
    }

    private void addSettledKey(TimerEvents events) {
        settledKeys.add(new SettledKey(events.position(), events.dueMs(), (int) events.value()));
        if (settledKeys.size() >= KEYS_MAX) {
            settleKeys();
        }
    }

    /** Takes what is settled by records before {@code durable} out of the calendar. */
    void settleDurable(long durable) {
        Settled first = settled.peek();
        while (first != null && first.by < durable) {
            calendar.settle(first.dueMs, first.position);
            settled.remove();
            first = settled.peek();
        }
    }

    /** Takes what RocketMQ's broker settled out of the calendar: each hour is looked through once. */
    void settleKeys() {
        if (settledKeys.isEmpty()) {
            return;
        }
        Map<Long, Map<Long, Long>> byHour = new HashMap<>();
        for (SettledKey each : settledKeys) {
            byHour.computeIfAbsent(TimerCalendar.hourOf(each.dueMs), number -> new HashMap<>())
                    .merge(key(TimerCalendar.msInHour(each.dueMs), each.keyHash), each.by, Math::max);
        }
        settledKeys.clear();
        byHour.forEach((number, keys) -> {
            CalendarHour hour = calendar.hour(number);
            if (hour != null) {
                settleKeys(hour, keys);
            }
        });
    }

    private void settleKeys(CalendarHour hour, Map<Long, Long> keys) {
        for (long index = hour.firstLive(); index < hour.count(); index++) {
            if (!hour.isSettled(index)) {
                Long by = keys.get(key(hour.dueInHourMs(index), hour.keyHash(index)));
                if (by != null && by > hour.position(index)) {
                    calendar.settle(hour, index);
                }
            }
        }
    }

    static long key(int msInHour, int keyHash) {
        return (long) msInHour << Integer.SIZE | keyHash & 0xFFFFFFFFL;
    }

    /** A claimed message waits again. */
    void unclaim(long dueMs, long position) {
        calendar.unclaim(dueMs, position);
        window.reset();
    }

    /** See {@link TimerCalendar#tidy}. */
    void tidy(long nowMs) {
        if (calendar.tidy(nowMs)) {
            window.reset();
        }
    }
}
