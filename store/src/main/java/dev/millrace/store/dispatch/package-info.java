/**
 * Follows the log and derives queues and index from it.
 *
 * <p>Owner thread: {@code dispatch}. Imports {@code store}, {@code store.commitlog}, {@code store.queue},
 * {@code store.index} and {@code protocol.message}.
 */
@NullMarked
package dev.millrace.store.dispatch;

import org.jspecify.annotations.NullMarked;
