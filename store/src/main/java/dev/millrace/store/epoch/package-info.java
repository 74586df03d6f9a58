/**
 * Which master wrote which part of a log, and the common part of two logs.
 *
 * <p>Owner: see each class. Imports {@code store} and {@code store.file}.
 */
@NullMarked
package dev.millrace.store.epoch;

import org.jspecify.annotations.NullMarked;
