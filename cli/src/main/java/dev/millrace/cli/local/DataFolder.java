package dev.millrace.cli.local;

import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * The files of local mode: {@code conf/NAME.properties}, {@code logs/NAME.log}, {@code data/NAME} (the store of a
 * broker), {@code groups/GROUP} (the election record of a broker group) and {@code run/} (what runs now).
 *
 * <p>Thread-safe: immutable. A crash leaves whole files: each is written beside its place and moved there.
 */
record DataFolder(Path root) {
    /** A log this long is put aside when its process starts, so that it does not grow without end. */
    private static final long LOG_BYTES_MAX = 16L << 20;

    private static final int TAIL_BYTES_MAX = 64 << 10;

    DataFolder {
        root = root.toAbsolutePath().normalize();
    }

    Path config(String name) {
        return root.resolve("conf").resolve(name + ".properties");
    }

    Path log(String name) {
        return root.resolve("logs").resolve(name + ".log");
    }

    Path store(String name) {
        return root.resolve("data").resolve(name);
    }

    /** Folder of the election record of a broker group with several copies. */
    Path record(String group) {
        return root.resolve("groups").resolve(group);
    }

    Path state() {
        return root.resolve("run").resolve("state.properties");
    }

    Path lock() {
        return root.resolve("run").resolve("lock");
    }

    /** Makes the folders, and proves that files can be written there. */
    void prepare() {
        try {
            for (String part : List.of("conf", "logs", "data", "run")) {
                Files.createDirectories(root.resolve(part));
            }
            Path probe = Files.createTempFile(root.resolve("run"), "probe", "");
            Files.delete(probe);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.MACHINE,
                    "data folder " + root + " cannot be written ("
                            + e.getClass().getSimpleName() + ": " + e.getMessage()
                            + "); give a writable folder with --data",
                    e);
        }
    }

    /** The log of a process that is about to start: a long one is put aside first. */
    Path freshLog(String name) {
        Path log = log(name);
        try {
            if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
                Files.move(log, log.resolveSibling(name + ".log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failed("put aside", log, e);
        }
        return log;
    }

    /** The last lines of a log, for an error message. */
    List<String> tail(String name, int lines) {
        Path log = log(name);
        try (var channel = Files.newByteChannel(log)) {
            long size = channel.size();
            channel.position(Math.max(0, size - TAIL_BYTES_MAX));
            var bytes = java.nio.ByteBuffer.allocate((int) Math.min(size, TAIL_BYTES_MAX));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // Reads on until the end.
            }
            var text = new String(bytes.array(), 0, bytes.position(), java.nio.charset.StandardCharsets.UTF_8);
            List<String> all = text.lines().toList();
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of();
        }
    }

    boolean holds(Path file, String text) {
        try {
            return Files.exists(file) && Files.readString(file).equals(text);
        } catch (IOException e) {
            throw failed("read", file, e);
        }
    }

    void replace(Path file, String text) {
        try {
            Path aside = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(aside, text);
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed("write", file, e);
        }
    }

    /** Moves a folder to a place of its own; whole or not at all. */
    void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failed("move", from, e);
        }
    }

    private static CliException failed(String verb, Path file, IOException e) {
        return new CliException(
                ExitCode.MACHINE,
                "cannot " + verb + " " + file + " (" + e.getClass().getSimpleName() + ": " + e.getMessage()
                        + "); make the folder writable, or give another with --data",
                e);
    }
}
