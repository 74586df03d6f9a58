/**
 * Holds messages back until their delay level is over, or until the time they ask for.
 *
 * <p>Owner: the timers thread for levels, the delays thread for times. Imports {@code broker.send}, {@code broker.topic},
 * {@code broker.dispatch}, {@code broker.files}.
 */
@NullMarked
package dev.millrace.broker.delay;

import org.jspecify.annotations.NullMarked;
