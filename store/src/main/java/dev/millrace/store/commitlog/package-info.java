/**
 * The log: one owner assigns offsets, copies records into mapped segments and rolls; another thread forces.
 *
 * <p>Owner threads: {@code commit-log} and {@code flush}, as each class says. Imports {@code store}, {@code store.file},
 * {@code store.queue} and {@code protocol.message}.
 */
@NullMarked
package dev.millrace.store.commitlog;

import org.jspecify.annotations.NullMarked;
