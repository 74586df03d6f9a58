/**
 * Membership in consumer groups: heartbeats, who else is there, which queues are ours, queue locks.
 *
 * <p>Owner: the upkeep thread of the client. Imports {@code protocol}, {@code client}, {@code internal.net} and {@code
 * internal.route}.
 */
@NullMarked
package dev.millrace.client.internal.group;

import org.jspecify.annotations.NullMarked;
