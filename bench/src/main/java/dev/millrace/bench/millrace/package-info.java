/**
 * Load through our own client.
 *
 * <p>Owner: the driver's threads. Imports: {@code load} and our client.
 */
@NullMarked
package dev.millrace.bench.millrace;

import org.jspecify.annotations.NullMarked;
