/**
 * Brings dead letters back to the consumer groups that gave them up.
 *
 * <p>Thread-safe. Imports {@code consumergroup}, {@code dispatch}, {@code send} and {@code topic}.
 */
@NullMarked
package dev.millrace.broker.redelivery;

import org.jspecify.annotations.NullMarked;
