/**
 * Where a broker keeps its tables of state: in files, or in the log of a broker group, from which every copy has them.
 *
 * <p>Thread-safe. Imports {@code files}, {@code topic} and {@code delay} for what the tables hold.
 */
@NullMarked
package dev.millrace.broker.journal;

import org.jspecify.annotations.NullMarked;
