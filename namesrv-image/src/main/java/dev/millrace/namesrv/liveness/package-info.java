/**
 * Which brokers live: signs of life, silence, and connections that close.
 *
 * <p>Thread-safe; the silent are looked for on the {@code expiry} thread. Imports {@code namesrv.dispatch} and {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv.liveness;

import org.jspecify.annotations.NullMarked;
