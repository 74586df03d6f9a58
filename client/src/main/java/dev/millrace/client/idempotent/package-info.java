/**
 * Listeners whose effect happens once, also when a message is delivered several times: an atomic claim in a store, a lease
 * while the listener works, and a mark when it is done.
 *
 * <p>Owner: listener threads, and a renewal thread and a cleaning thread of each listener. Imports the client's public API, names of properties
 * and SLF4J; stores live in modules of their own.
 */
@NullMarked
package dev.millrace.client.idempotent;

import org.jspecify.annotations.NullMarked;
