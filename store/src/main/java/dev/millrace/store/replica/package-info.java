/**
 * A store as one copy of a broker group: what those who replicate ask of it.
 *
 * <p>Owner thread: none; values and an interface that {@code store.engine} implements. Imports {@code store} and
 * {@code store.epoch}.
 */
@NullMarked
package dev.millrace.store.replica;

import org.jspecify.annotations.NullMarked;
