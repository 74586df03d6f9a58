/**
 * The NameServer program: {@code main}, wiring, start and stop.
 *
 * <p>Owner: the main thread. Imports all packages of this module, and {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv;

import org.jspecify.annotations.NullMarked;
