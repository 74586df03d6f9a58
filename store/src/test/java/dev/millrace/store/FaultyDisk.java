package dev.millrace.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A disk in memory that can lose power or its process, run out of space, and fail to force.
 *
 * <p>Each file has the bytes that programs see and the bytes that were forced. After a power cut a file holds the forced
 * bytes and, sector by sector as the random numbers fall, some of the others: that drops, tears and reorders. Names that
 * were created, renamed or deleted without {@link #forceFolder} may be undone likewise. After a kill everything that was
 * written is there.
 *
 * <p>Owner: one test; agents are run by hand.
 */
public final class FaultyDisk implements Disk, AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private Map<Path, FaultyFile> files = new TreeMap<>();
    /** Names as they are on the disk. */
    private Map<Path, FaultyFile> durableNames = new TreeMap<>();

    private final Set<Path> locked = new HashSet<>();
    private long totalBytes = Long.MAX_VALUE / 4;
    private boolean forceFails;
    private boolean lacksBlocks;
    private Predicate<Path> lacksPages = file -> false;
    private Runnable beforeChange = () -> {};
    private Map<Path, Map<Integer, byte[]>> marked = new TreeMap<>();

    /** Called before each force and each change of a name: a place for a crash. */
    public void setBeforeChange(Runnable action) {
        beforeChange = action;
    }

    public void setForceFails(boolean fails) {
        forceFails = fails;
    }

    /** From now on sparse files get no blocks. */
    public void setLacksBlocks(boolean lacks) {
        lacksBlocks = lacks;
    }

    /** From now on nothing can be written ahead into these files. */
    public void setLacksPages(Predicate<Path> files) {
        lacksPages = files;
    }

    public void setTotalBytes(long bytes) {
        totalBytes = bytes;
    }

    /** The same disk as it is now, to be changed apart. */
    public FaultyDisk fork() {
        FaultyDisk next = new FaultyDisk();
        Map<FaultyFile, FaultyFile> copies = new HashMap<>();
        files.forEach((path, content) ->
                next.files.put(path, copies.computeIfAbsent(content, file -> file.copy(next.arena))));
        durableNames.forEach((path, content) ->
                next.durableNames.put(path, copies.computeIfAbsent(content, file -> file.copy(next.arena))));
        return next;
    }

    /** Remembers the bytes of all files, for {@link #forkInside}. */
    public void mark() {
        marked = new TreeMap<>();
        files.forEach((path, content) -> marked.put(path, content.pages()));
    }

    /** A fork in which what was written since {@link #mark} ends at any byte of any file but those of the log. */
    public FaultyDisk forkInside(SplittableRandom random) {
        FaultyDisk next = fork();
        List<FaultyFile> changed = new ArrayList<>();
        List<Map<Integer, byte[]>> before = new ArrayList<>();
        next.files.forEach((path, content) -> {
            Map<Integer, byte[]> old = marked.getOrDefault(path, Map.of());
            if (!path.toString().contains("/commitlog/") && content.changedSince(old) > 0) {
                changed.add(content);
                before.add(old);
            }
        });
        if (!changed.isEmpty()) {
            int torn = random.nextInt(changed.size());
            for (int i = torn; i < changed.size(); i++) {
                int count = changed.get(i).changedSince(before.get(i));
                changed.get(i).revert(before.get(i), i == torn ? random.nextInt(count + 1) : 0);
            }
        }
        return next;
    }

    /** Makes everything in files of a folder, named by their first position, zero from a position on. */
    public void zeroLogFrom(Path folder, long position) {
        files.forEach((path, content) -> {
            if (folder.equals(path.getParent())) {
                long base = Long.parseLong(path.getFileName().toString());
                if (position < base + content.length()) {
                    content.zero(Math.max(0, position - base), content.length());
                }
            }
        });
    }

    /** Overwrites the first bytes of a place in a file. */
    public void overwrite(Path file, long at, byte[] bytes, int count) {
        content(file).write(at, bytes, count);
    }

    /** What the next process finds after this one was killed now. */
    public FaultyDisk afterKill() {
        FaultyDisk next = new FaultyDisk();
        files.forEach((path, content) -> next.files.put(path, content.afterKill(next.arena)));
        next.durableNames = new TreeMap<>(next.files);
        return next;
    }

    /** What the next process finds after the power failed now. */
    public FaultyDisk afterPowerCut(SplittableRandom random) {
        FaultyDisk next = new FaultyDisk();
        int keepPercent = random.nextInt(4) * 33;
        Set<Path> names = new HashSet<>(files.keySet());
        names.addAll(durableNames.keySet());
        for (Path path : names.stream().sorted().toList()) {
            FaultyFile now = files.get(path);
            FaultyFile before = durableNames.get(path);
            FaultyFile survivor = now == before || random.nextBoolean() ? now : before;
            if (survivor != null) {
                next.files.put(path, survivor.afterPowerCut(random, keepPercent, next.arena));
            }
        }
        next.durableNames = new TreeMap<>(next.files);
        return next;
    }

    /** Frees the memory; nobody may use the disk or its files any more. */
    @Override
    public void close() {
        arena.close();
    }

    /** A byte array copy of what programs see. */
    public byte[] bytes(Path file) {
        return content(file).seen().toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void createFolders(Path folder) {}

    @Override
    public List<String> list(Path folder) {
        Set<String> names = new java.util.TreeSet<>();
        int depth = folder.getNameCount();
        for (Path file : files.keySet()) {
            if (file.startsWith(folder) && file.getNameCount() > depth) {
                names.add(file.getName(depth).toString());
            }
        }
        return new ArrayList<>(names);
    }

    @Override
    public boolean exists(Path file) {
        return files.keySet().stream().anyMatch(path -> path.startsWith(file));
    }

    @Override
    public long length(Path file) {
        return content(file).length();
    }

    @Override
    public MappedFile create(Path file, long length, Allocation allocation) {
        beforeChange.run();
        boolean isSparse = allocation == Allocation.SPARSE;
        if (!isSparse && length > freeBytes()) {
            throw new DiskFullException("no space left to create " + file + "; the test gave none", null);
        }
        files.put(file, new FaultyFile(length, isSparse, arena));
        return open(file, allocation);
    }

    @Override
    public MappedFile open(Path file, Allocation allocation) {
        FaultyFile content = content(file);
        return new MappedFile() {
            @Override
            public MemorySegment memory() {
                return content.seen();
            }

            @Override
            public void force(long from, long length) {
                beforeChange.run();
                if (forceFails) {
                    throw new StoreException("cannot force " + file + "; the test said so");
                }
                content.force(from, length);
            }

            @Override
            public void expectWrites(long from, long length) {
                if (lacksPages.test(file)) {
                    throw new DiskFullException("no space left for bytes of " + file + "; the test gave none", null);
                }
                content.seen().asSlice(from, length).fill((byte) 0);
            }

            @Override
            public void reserve(long from, long length) {
                if (lacksBlocks && content.isSparse()) {
                    throw new DiskFullException("no space left for bytes of " + file + "; the test gave none", null);
                }
                content.touch(from, length);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void zeroFrom(Path file, long from, Allocation allocation) {
        beforeChange.run();
        FaultyFile content = content(file);
        content.zero(from, content.length());
    }

    @Override
    public void delete(Path file) {
        beforeChange.run();
        files.remove(file);
    }

    @Override
    public void rename(Path from, Path to) {
        beforeChange.run();
        FaultyFile content = content(from);
        files.remove(from);
        files.put(to, content);
    }

    @Override
    public void forceFolder(Path folder) {
        beforeChange.run();
        durableNames.keySet().removeIf(path -> folder.equals(path.getParent()) && !files.containsKey(path));
        files.forEach((path, content) -> {
            if (folder.equals(path.getParent())) {
                durableNames.put(path, content);
            }
        });
    }

    @Override
    public void writeText(Path file, String text) {
        beforeChange.run();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        FaultyFile content = new FaultyFile(bytes.length, true, arena);
        content.write(0, bytes, bytes.length);
        content.force(0, bytes.length);
        files.put(file, content);
    }

    @Override
    public String readText(Path file) {
        return new String(bytes(file), StandardCharsets.UTF_8);
    }

    @Override
    public Optional<Lock> lock(Path file) {
        return locked.add(file) ? Optional.of(() -> locked.remove(file)) : Optional.empty();
    }

    @Override
    public Space space(Path folder) {
        return new Space(totalBytes, Math.max(0, freeBytes()));
    }

    private long freeBytes() {
        long used = 0;
        for (FaultyFile content : files.values()) {
            used += content.isSparse() ? 0 : content.length();
        }
        return totalBytes - used;
    }

    private FaultyFile content(Path file) {
        FaultyFile content = files.get(file);
        if (content == null) {
            throw new StoreException("no file " + file);
        }
        return content;
    }
}
