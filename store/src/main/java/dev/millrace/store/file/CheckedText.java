package dev.millrace.store.file;

import dev.millrace.store.Disk;
import dev.millrace.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * A small text file that is replaced as a whole: its last line is {@code crc} and the CRC-32 of the bytes before it, in
 * eight hexadecimal digits.
 *
 * <p>Owner: one thread. Crash behaviour: the old or the new text is found, the new one once {@link #replace} returned.
 */
public final class CheckedText {
    private static final String CRC = "crc ";
    private static final String BESIDE = ".new";

    private final Disk disk;
    private final Path file;

    public CheckedText(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
    }

    public Path file() {
        return file;
    }

    public boolean exists() {
        return disk.exists(file);
    }

    /**
     * The text without its last line.
     *
     * @throws StoreException if the file is not as it was written
     */
    public String read() {
        String all = disk.readText(file);
        int at = all.lastIndexOf(CRC);
        boolean hasLine = at == 0 || at > 0 && all.charAt(at - 1) == '\n';
        if (!hasLine || !all.substring(at).equals(lastLine(all.substring(0, at)))) {
            throw new StoreException(
                    "file " + file + " of " + all.length() + " characters does not end in the CRC of its"
                            + " text; it was cut or changed outside the store: restore it, or give this copy an empty folder so"
                            + " that it copies everything from the master");
        }
        return all.substring(0, at);
    }

    /** Returns when the text, which ends in a line feed, is durable. */
    public void replace(String text) {
        Path folder = file.getParent();
        if (folder == null || !text.endsWith("\n")) {
            throw new AssertionError("text for " + file + " has no folder or does not end in a line feed");
        }
        Path beside = file.resolveSibling(file.getFileName() + BESIDE);
        disk.writeText(beside, text + lastLine(text));
        disk.rename(beside, file);
        disk.forceFolder(folder);
    }

    private static String lastLine(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return CRC + String.format("%08x", crc.getValue()) + "\n";
    }
}
