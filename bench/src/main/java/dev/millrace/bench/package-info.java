/**
 * Compares brokers: runs a scenario against each side in turns and prints medians and ratios.
 *
 * <p>Owner: the main thread. Imports: {@code server}, {@code load}.
 */
@NullMarked
package dev.millrace.bench;

import org.jspecify.annotations.NullMarked;
