/**
 * The client process of a turn: one target, one plan, one line of figures.
 *
 * <p>Owner: the main thread. Imports: {@code load} and one package per target.
 */
@NullMarked
package dev.millrace.bench.driver;

import org.jspecify.annotations.NullMarked;
