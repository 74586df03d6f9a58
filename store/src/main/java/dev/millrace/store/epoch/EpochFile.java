package dev.millrace.store.epoch;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import dev.millrace.store.file.CheckedText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;

/**
 * The epoch history of a log on the disk: file {@code group/epochs}, text.
 *
 * <pre>
 * millrace-epochs 1
 * 7 123456 5c2a90b1          epoch, position of its first byte, CRC-32 of the line up to the blank before the CRC
 * 9 130000 0badcafe
 * crc 1f00ba11               CRC-32 of all bytes before this line
 * </pre>
 *
 * Source: docs/storage-format.md, section "group".
 *
 * <p>Owner: the opening thread, then the commit-log thread; {@link #history} is a snapshot for any thread. Crash behaviour:
 * the file is replaced as a whole, so an entry is there once {@link #begin} returned, and a cut once {@link #cutAt} did; a
 * file that ends early is none that a crash leaves, and is refused.
 */
public final class EpochFile {
    private static final String HEAD = "millrace-epochs 1";
    private static final String REMEDY =
            "; restore the file, or give this copy an empty folder so that it copies everything from the master";

    private final CheckedText file;
    private volatile EpochHistory history;

    private EpochFile(CheckedText file, EpochHistory history) {
        this.file = file;
        this.history = history;
    }

    /**
     * Reads the file; the history is empty if there is none.
     *
     * @throws StoreException if the file is of another version or damaged
     */
    public static EpochFile open(Disk disk, Path path) {
        CheckedText file = new CheckedText(disk, path);
        EpochHistory history = file.exists() ? parse(path, disk.readText(path), file) : EpochHistory.empty();
        return new EpochFile(file, history);
    }

    /** As it is on the disk. */
    public EpochHistory history() {
        return history;
    }

    /**
     * Adds an epoch; when it returns the entry is durable.
     *
     * @throws IllegalArgumentException as {@link EpochHistory#begin}
     */
    public void begin(long epoch, long start) {
        replace(history.begin(epoch, start));
    }

    /** Takes away what begins at a position or behind it; when it returns that is durable. */
    public void cutAt(long position) {
        EpochHistory left = history.cutAt(position);
        if (!left.equals(history)) {
            replace(left);
        }
    }

    /** Takes the history of another log in place of this one, of which nothing is left; durable when it returns. */
    public void replaceAll(EpochHistory next) {
        replace(next);
    }

    private void replace(EpochHistory next) {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        for (EpochHistory.Entry entry : next.entries()) {
            text.append(line(entry)).append('\n');
        }
        file.replace(text.toString());
        history = next;
    }

    private static String line(EpochHistory.Entry entry) {
        String values = entry.epoch() + " " + entry.start();
        CRC32 crc = new CRC32();
        crc.update(values.getBytes(StandardCharsets.US_ASCII));
        return values + " " + String.format("%08x", crc.getValue());
    }

    private static EpochHistory parse(Path path, String raw, CheckedText file) {
        List<String> lines = raw.lines().toList();
        String head = lines.isEmpty() ? "" : lines.getFirst();
        if (!head.equals(HEAD)) {
            throw new StoreException("file " + path + " begins with '" + head + "' where '" + HEAD
                    + "' is expected; it is of another version or damaged" + REMEDY);
        }
        List<EpochHistory.Entry> entries = new ArrayList<>();
        for (int i = 1; i < lines.size() && !lines.get(i).startsWith("crc "); i++) {
            entries.add(entry(path, i, lines.get(i)));
        }
        file.read();
        try {
            return new EpochHistory(entries);
        } catch (IllegalArgumentException e) {
            throw new StoreException("file " + path + ": " + e.getMessage() + REMEDY, e);
        }
    }

    private static EpochHistory.Entry entry(Path path, int number, String line) {
        String[] parts = line.split(" ", -1);
        if (parts.length == 3 && parts[0].matches("\\d{1,18}") && parts[1].matches("\\d{1,18}")) {
            EpochHistory.Entry entry =
                    new EpochHistory.Entry(Math.max(1, Long.parseLong(parts[0])), Long.parseLong(parts[1]));
            if (line.equals(line(entry))) {
                return entry;
            }
        }
        throw new StoreException(
                "file " + path + " has no whole entry in line " + (number + 1) + ": '" + line + "'" + REMEDY);
    }
}
