/**
 * Message trace: records of what producers and consumers did, as RocketMQ's clients write them to the trace topic.
 *
 * <p>Thread-safe: a bounded queue between whoever does something and the timer thread, which sends. Imports {@code client},
 * {@code internal.message}, {@code internal.send} and {@code internal.consume}.
 */
@NullMarked
package dev.millrace.client.internal.trace;

import org.jspecify.annotations.NullMarked;
