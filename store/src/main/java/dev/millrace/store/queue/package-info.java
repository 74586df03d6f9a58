/**
 * Consume queues: fixed-size entries into the log, one file series per topic and queue id.
 *
 * <p>Owner thread: {@code dispatch} for the tails, {@code upkeep} for the starts, {@code commit-log} for the next
 * offsets. Imports {@code store} and {@code store.file}.
 */
@NullMarked
package dev.millrace.store.queue;

import org.jspecify.annotations.NullMarked;
