package dev.millrace.cli.local;

import dev.millrace.cli.cluster.Cluster;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The outside world as local mode sees it; wired in {@code MillraceMain}, replaced in tests. Thread-safe: immutable.
 *
 * @param nanos a monotonic clock
 * @param pause lets the calling thread rest
 * @param connector opens connections to clusters
 * @param isTerminal whether a person sees the output as it comes; costs time, so ask when it matters
 * @param onShutdown registers what must run before this program ends, also after Ctrl-C
 */
public record Machine(
        Processes processes,
        Programs programs,
        Readiness readiness,
        Cluster.Connector connector,
        LongSupplier nanos,
        InstantSource clock,
        Consumer<Duration> pause,
        BooleanSupplier isTerminal,
        Consumer<Runnable> onShutdown) {}
