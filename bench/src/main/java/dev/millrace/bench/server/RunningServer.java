package dev.millrace.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One side's servers with their scratch folder. Owner: the main thread.
 *
 * @param address what a client connects to first, {@code host:port}
 */
public record RunningServer(String address, List<ServerProcess> processes, Path folder) implements AutoCloseable {

    /** The process ids, whose CPU time a turn reports. */
    public List<Long> pids() {
        return processes.stream().map(ServerProcess::pid).toList();
    }

    /** Ends the processes, last started first, and deletes the folder. */
    @Override
    public void close() {
        for (var process : processes.reversed()) {
            process.close();
        }
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be deleted; delete it by hand", e);
        }
    }
}
