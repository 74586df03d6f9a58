/**
 * Start after a clean end and after a crash: the end of the log, the checkpoint, what must be derived again.
 *
 * <p>Owner thread: the one that opens the store; the checkpoint later belongs to {@code upkeep}. Imports the packages of
 * the store that hold files.
 */
@NullMarked
package dev.millrace.store.recovery;

import org.jspecify.annotations.NullMarked;
