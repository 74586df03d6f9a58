package dev.millrace.store;

import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What the store needs from outside.
 *
 * @param wallClock store times and retention
 * @param nanoTime monotonic, nanoseconds
 * @param followers derive state of their own from the log
 * @param onFault hears of the fault that made the store fail, once; must not block
 */
public record StoreDependencies(
        Disk disk,
        InstantSource wallClock,
        LongSupplier nanoTime,
        StoreThreads threads,
        Consumer<StoreException> onFault,
        RecoveryListener recovery,
        List<LogFollower> followers) {

    /** Nobody follows the log. */
    public StoreDependencies(
            Disk disk,
            InstantSource wallClock,
            LongSupplier nanoTime,
            StoreThreads threads,
            Consumer<StoreException> onFault,
            RecoveryListener recovery) {
        this(disk, wallClock, nanoTime, threads, onFault, recovery, List.of());
    }
}
