/**
 * Calls listeners: what arrived, who works on it, how far a group is.
 *
 * <p>Owner: event loops bring arrivals, worker threads handle them, the upkeep thread assigns queues and stores offsets.
 * Imports {@code protocol}, {@code client}, {@code internal.net}, {@code internal.route}, {@code internal.group} and {@code
 * internal.pull}.
 */
@NullMarked
package dev.millrace.client.internal.consume;

import org.jspecify.annotations.NullMarked;
