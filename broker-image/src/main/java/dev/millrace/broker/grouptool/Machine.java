package dev.millrace.broker.grouptool;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The outside world as these commands see it. Thread-safe: immutable.
 *
 * @param nanos a monotonic clock
 * @param pause lets the calling thread rest
 * @param ids random texts, each another one
 */
record Machine(LongSupplier nanos, Consumer<Duration> pause, Supplier<String> ids) {}
