/**
 * Key index: hash files that lead from a message's keys to log positions.
 *
 * <p>Owner thread: {@code dispatch} writes, {@code upkeep} removes. Imports {@code store.file}.
 */
@NullMarked
package dev.millrace.store.index;

import org.jspecify.annotations.NullMarked;
