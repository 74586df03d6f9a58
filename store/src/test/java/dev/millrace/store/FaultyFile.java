package dev.millrace.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;

/**
 * Bytes of one file of a {@link FaultyDisk}: what programs see, and the pages that were forced. Costs what its touched
 * pages cost, so that index files of the real size can be copied a thousand times.
 *
 * <p>Owner: one test.
 */
final class FaultyFile {
    static final int PAGE_BYTES = 4096;
    private static final int SECTOR_BYTES = 512;
    private static final int SMALL_BYTES = 1 << 20;

    /** A hole, of which sparse files are private copies. */
    private static final FileChannel HOLE = hole();

    private final boolean isSparse;
    private final MemorySegment seen;
    /** Pages that may hold something else than zeros. */
    private final BitSet touched = new BitSet();

    private final Map<Integer, byte[]> forced = new HashMap<>();

    FaultyFile(long length, boolean isSparse, Arena arena) {
        this.isSparse = isSparse;
        this.seen = length <= SMALL_BYTES ? arena.allocate(length, Long.BYTES) : mapHole(length, arena);
        if (!isSparse) {
            touched.set(0, pageOf(length - 1) + 1);
        }
    }

    private static FileChannel hole() {
        try {
            Path file = Files.createTempFile("hole", "");
            return FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MemorySegment mapHole(long length, Arena arena) {
        try {
            if (HOLE.size() < length) {
                HOLE.write(ByteBuffer.allocate(1), length - 1);
            }
            return HOLE.map(FileChannel.MapMode.PRIVATE, 0, length, arena);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int pageOf(long at) {
        return (int) (Math.max(0, at) / PAGE_BYTES);
    }

    boolean isSparse() {
        return isSparse;
    }

    long length() {
        return seen.byteSize();
    }

    MemorySegment seen() {
        return seen;
    }

    void touch(long from, long length) {
        touched.set(pageOf(from), pageOf(from + length - 1) + 1);
    }

    /** Exactly these bytes, though a system may force whole pages. */
    void force(long from, long length) {
        long to = Math.min(from + length, length());
        forEachPage(from, to, page -> {
            long pageAt = (long) page * PAGE_BYTES;
            byte[] now = page(page);
            byte[] onDisk =
                    forced.computeIfAbsent(page, absent -> new byte[now.length]).clone();
            int start = (int) Math.max(0, from - pageAt);
            int end = (int) Math.min(now.length, to - pageAt);
            System.arraycopy(now, start, onDisk, start, end - start);
            forced.put(page, onDisk);
        });
    }

    void zero(long from, long to) {
        forEachPage(from, to, page -> {
            long start = Math.max(from, (long) page * PAGE_BYTES);
            long end = Math.min(to, (long) (page + 1) * PAGE_BYTES);
            seen.asSlice(start, Math.min(end, length()) - start).fill((byte) 0);
        });
    }

    void write(long at, byte[] bytes, int count) {
        touch(at, Math.max(1, count));
        MemorySegment.copy(bytes, 0, seen, ValueLayout.JAVA_BYTE, at, count);
    }

    private void forEachPage(long from, long to, IntConsumer action) {
        int last = pageOf(Math.min(to, length()) - 1);
        for (int page = touched.nextSetBit(pageOf(from));
                page >= 0 && page <= last;
                page = touched.nextSetBit(page + 1)) {
            action.accept(page);
        }
    }

    private byte[] page(int page) {
        long at = (long) page * PAGE_BYTES;
        return seen.asSlice(at, Math.min(PAGE_BYTES, length() - at)).toArray(ValueLayout.JAVA_BYTE);
    }

    private void setPage(int page, byte[] bytes) {
        touched.set(page);
        MemorySegment.copy(bytes, 0, seen, ValueLayout.JAVA_BYTE, (long) page * PAGE_BYTES, bytes.length);
    }

    /** All pages that hold something, copied. */
    Map<Integer, byte[]> pages() {
        Map<Integer, byte[]> pages = new HashMap<>();
        forEachPage(0, length(), page -> pages.put(page, page(page)));
        return pages;
    }

    /** The same file, what was forced included. */
    FaultyFile copy(Arena next) {
        FaultyFile copy = new FaultyFile(length(), isSparse, next);
        forEachPage(0, length(), page -> copy.setPage(page, page(page)));
        copy.forced.putAll(forced);
        return copy;
    }

    /** After a kill: what was seen is there. */
    FaultyFile afterKill(Arena next) {
        FaultyFile copy = copy(next);
        copy.force(0, length());
        return copy;
    }

    /** After a power cut: what was forced is there, and some sectors of the rest. */
    FaultyFile afterPowerCut(SplittableRandom random, int keepPercent, Arena next) {
        FaultyFile copy = new FaultyFile(length(), isSparse, next);
        forEachPage(0, length(), page -> {
            byte[] now = page(page);
            byte[] left = forced.getOrDefault(page, new byte[now.length]).clone();
            for (int at = 0; at < now.length; at += SECTOR_BYTES) {
                int end = Math.min(now.length, at + SECTOR_BYTES);
                if (!Arrays.equals(now, at, end, left, at, end) && random.nextInt(100) < keepPercent) {
                    System.arraycopy(now, at, left, at, end - at);
                }
            }
            copy.setPage(page, left);
        });
        copy.force(0, length());
        return copy;
    }

    /** Bytes that differ from these pages of the same file. */
    int changedSince(Map<Integer, byte[]> before) {
        int[] count = new int[1];
        forEachPage(0, length(), page -> {
            byte[] now = page(page);
            byte[] old = before.getOrDefault(page, new byte[now.length]);
            for (int i = 0; i < now.length; i++) {
                count[0] += now[i] == old[i] ? 0 : 1;
            }
        });
        return count[0];
    }

    /** Takes changed bytes back, all but the first ones. */
    void revert(Map<Integer, byte[]> before, int keepCount) {
        int[] kept = new int[1];
        forEachPage(0, length(), page -> {
            byte[] now = page(page);
            byte[] old = before.getOrDefault(page, new byte[now.length]);
            for (int i = 0; i < now.length; i++) {
                if (now[i] != old[i] && kept[0]++ >= keepCount) {
                    now[i] = old[i];
                }
            }
            setPage(page, now);
        });
    }
}
