/**
 * Small values that tools keep on a NameServer, in memory only; order configurations of topics above all.
 *
 * <p>Thread-safe. Imports {@code namesrv.dispatch} and {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv.keyvalue;

import org.jspecify.annotations.NullMarked;
