/**
 * Marks of handled messages in Redis, for idempotent listeners.
 *
 * <p>Owner: none, thread-safe; Lettuce owns connection and threads. Imports {@code client.idempotent} and Lettuce.
 */
@NullMarked
package dev.millrace.client.redis;

import org.jspecify.annotations.NullMarked;
