/**
 * Looks up messages and offsets.
 *
 * <p>Thread-safe: handlers without state.
 */
@NullMarked
package dev.millrace.broker.query;

import org.jspecify.annotations.NullMarked;
