/**
 * Message filters: tags.
 *
 * <p>Thread-safe: immutable.
 */
@NullMarked
package dev.millrace.broker.filter;

import org.jspecify.annotations.NullMarked;
