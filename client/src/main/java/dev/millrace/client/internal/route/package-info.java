/**
 * Where topics live: cached routes, the queues that can be written and read, and how well brokers answer.
 *
 * <p>Thread-safe: routes are immutable snapshots. Imports {@code protocol}, {@code client} and {@code internal.net}.
 */
@NullMarked
package dev.millrace.client.internal.route;

import org.jspecify.annotations.NullMarked;
