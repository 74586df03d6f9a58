package dev.millrace.cli.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The CPU time used so far by the servers, by this process and by the whole machine. Thread-safe: immutable.
 *
 * @param machineNanos busy time of all cores, from {@code /proc/stat}; -1 where that file is absent
 */
record CpuTimes(long serverNanos, long clientNanos, long machineNanos, long wallNanos) {
    /** Linux counts {@code /proc/stat} in hundredths of a second. */
    private static final long TICK_NANOS = 10_000_000;

    private static final Path STAT = Path.of("/proc/stat");
    private static final int IDLE_COLUMN = 4;
    private static final int IO_WAIT_COLUMN = 5;
    private static final int STEAL_COLUMN = 8;

    static CpuTimes now(List<Long> serverPids) {
        long servers = 0;
        for (long pid : serverPids) {
            servers += ProcessHandle.of(pid).map(CpuTimes::nanosOf).orElse(0L);
        }
        return new CpuTimes(servers, nanosOf(ProcessHandle.current()), machineBusyNanos(), System.nanoTime());
    }

    double serverMicrosPer(long count, CpuTimes earlier) {
        return (serverNanos - earlier.serverNanos) / 1e3 / count;
    }

    double clientMicrosPer(long count, CpuTimes earlier) {
        return (clientNanos - earlier.clientNanos) / 1e3 / count;
    }

    /** The part of all cores that was spent outside the servers and this process. */
    double othersShare(CpuTimes earlier) {
        if (machineNanos < 0) {
            return 0;
        }
        long own = serverNanos - earlier.serverNanos + clientNanos - earlier.clientNanos;
        long capacity = (wallNanos - earlier.wallNanos) * Runtime.getRuntime().availableProcessors();
        return Math.clamp((double) (machineNanos - earlier.machineNanos - own) / capacity, 0.0, 1.0);
    }

    private static long nanosOf(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    private static long machineBusyNanos() {
        try (var lines = Files.lines(STAT)) {
            var columns = lines.findFirst().orElse("").split(" +", -1);
            long ticks = 0;
            for (int column = 1; column <= STEAL_COLUMN; column++) {
                if (column != IDLE_COLUMN && column != IO_WAIT_COLUMN) {
                    ticks += Long.parseLong(columns[column]);
                }
            }
            return ticks * TICK_NANOS;
        } catch (IOException e) {
            return -1;
        }
    }
}
