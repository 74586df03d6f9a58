/**
 * Servers in memory for the client's tests.
 *
 * <p>Owner: event loops, one per server; tests look through concurrent collections. Imports {@code protocol}.
 */
@NullMarked
package dev.millrace.client.fake;

import org.jspecify.annotations.NullMarked;
