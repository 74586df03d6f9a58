/**
 * Counters of the broker and the figures that tools ask for.
 *
 * <p>Thread-safe: counters.
 */
@NullMarked
package dev.millrace.broker.metrics;

import org.jspecify.annotations.NullMarked;
