/**
 * Messages to and from their bytes.
 *
 * <p>Thread-safe: stateless or immutable. Imports {@code protocol} and {@code client}.
 */
@NullMarked
package dev.millrace.client.internal.message;

import org.jspecify.annotations.NullMarked;
