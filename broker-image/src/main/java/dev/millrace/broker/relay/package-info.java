/**
 * Passes questions of tools on to the consumers they are about, and the answers back.
 *
 * <p>Thread-safe. Imports {@code consumergroup}, {@code dispatch} and {@code topic}.
 */
@NullMarked
package dev.millrace.broker.relay;

import org.jspecify.annotations.NullMarked;
