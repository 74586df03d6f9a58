/**
 * Marks of handled messages in a SQL database: as a store for idempotent listeners, or written in the transaction of the
 * effect itself.
 *
 * <p>Owner: the calling thread, with a connection of its own. Imports {@code client.idempotent}, the client's public API,
 * {@code java.sql} and {@code javax.sql}; no driver.
 */
@NullMarked
package dev.millrace.client.jdbc;

import org.jspecify.annotations.NullMarked;
