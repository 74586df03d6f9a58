/**
 * The broker program: main, wiring and life cycle.
 *
 * <p>The only package that starts threads and reads clocks.
 */
@NullMarked
package dev.millrace.broker;

import org.jspecify.annotations.NullMarked;
