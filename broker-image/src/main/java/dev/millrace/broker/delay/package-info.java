/**
 * Holds messages back until their delay level is over.
 *
 * <p>Owner: the timers thread.
 */
@NullMarked
package dev.millrace.broker.delay;

import org.jspecify.annotations.NullMarked;
