package dev.millrace.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One side's servers with their scratch folder. Owner: the main thread.
 *
 * @param address what a client connects to first, {@code host:port}
 * @param processes in the order of their starts; the broker is the last
 * @param readyPort the broker listens here when it serves, or answers {@code /ready} when {@code isReadyByHttp}
 */
public record RunningServer(
        String address, List<ServerProcess> processes, Path folder, int readyPort, boolean isReadyByHttp)
        implements AutoCloseable {
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(300);

    /** The process whose store is measured. */
    public ServerProcess broker() {
        return processes.getLast();
    }

    /** Starts the broker again, which must have ended, and waits until it serves; the time from start to then. */
    public Duration startBrokerAgain(String logName) throws IOException {
        processes.set(processes.size() - 1, processes.getLast().again(logName));
        var broker = broker();
        if (isReadyByHttp) {
            Ports.awaitReady(readyPort, broker, READY_TIMEOUT);
        } else {
            Ports.awaitListening(readyPort, broker, READY_TIMEOUT);
        }
        return Duration.ofNanos(System.nanoTime() - broker.startNanos());
    }

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
