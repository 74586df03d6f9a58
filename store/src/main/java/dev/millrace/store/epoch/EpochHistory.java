package dev.millrace.store.epoch;

import java.util.ArrayList;
import java.util.List;

/**
 * Which epoch wrote which part of a log: each entry says where an epoch begins; it ends where the next one begins, the last
 * one at the end of the log. Two logs of one group hold the same bytes up to {@link #commonEnd}, since a position of an
 * epoch was written by one master only.
 *
 * <p>Thread-safe: immutable.
 *
 * @param entries epochs rising, starts not falling
 */
public record EpochHistory(List<Entry> entries) {
    private static final EpochHistory EMPTY = new EpochHistory(List.of());

    /**
     * Where an epoch begins.
     *
     * @param epoch 1 or more
     * @param start position of its first byte
     */
    public record Entry(long epoch, long start) {
        public Entry {
            if (epoch < 1 || start < 0) {
                throw new IllegalArgumentException("epoch " + epoch + " at position " + start
                        + " is no entry of a history; epochs begin with 1, positions with 0");
            }
        }
    }

    public EpochHistory {
        entries = List.copyOf(entries);
        for (int i = 1; i < entries.size(); i++) {
            requireBehind(entries.get(i - 1), entries.get(i));
        }
    }

    public static EpochHistory empty() {
        return EMPTY;
    }

    /** The newest epoch that wrote; 0 if none did. */
    public long lastEpoch() {
        return entries.isEmpty() ? 0 : entries.getLast().epoch();
    }

    /**
     * With an epoch that begins at the end of the log. One that begins where the last one began takes its place: nothing was
     * written in between.
     *
     * @throws IllegalArgumentException if the epoch is not newer than the last one, or begins before it
     */
    public EpochHistory begin(long epoch, long start) {
        Entry next = new Entry(epoch, start);
        List<Entry> all = new ArrayList<>(entries);
        if (!all.isEmpty()) {
            requireBehind(all.getLast(), next);
            if (all.getLast().start() == start) {
                all.removeLast();
            }
        }
        all.add(next);
        return new EpochHistory(all);
    }

    /** Without what was written at a position or behind it. */
    public EpochHistory cutAt(long position) {
        return new EpochHistory(
                entries.stream().filter(entry -> entry.start() < position).toList());
    }

    /**
     * Up to where two logs are the same: the end, in the shorter log, of the newest epoch that both hold with the same start;
     * 0 if they share none. Never decided by the lengths alone: bytes of the same position may be of two masters.
     *
     * @param logEnd position behind the last record of the log of this history
     * @param other history of the other log
     * @param otherLogEnd end of the other log
     */
    public long commonEnd(long logEnd, EpochHistory other, long otherLogEnd) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            int there = other.entries.indexOf(entries.get(i));
            if (there >= 0) {
                return Math.min(end(i, logEnd), other.end(there, otherLogEnd));
            }
        }
        return 0;
    }

    private long end(int index, long logEnd) {
        return index + 1 < entries.size() ? entries.get(index + 1).start() : logEnd;
    }

    private static void requireBehind(Entry last, Entry next) {
        if (next.epoch() <= last.epoch() || next.start() < last.start()) {
            throw new IllegalArgumentException("epoch " + next.epoch() + " at position " + next.start()
                    + " cannot follow epoch " + last.epoch() + " at position " + last.start()
                    + "; epochs rise and positions do not fall");
        }
    }
}
