/**
 * Reads queues: pulls, their answers, offsets of groups and queues, and the consumer that is asked for messages.
 *
 * <p>Owner: event loops bring answers, one thread of the application takes them. Imports {@code protocol}, {@code client},
 * {@code internal.net}, {@code internal.route}, {@code internal.message} and
 * {@code internal.group}.
 */
@NullMarked
package dev.millrace.client.internal.pull;

import org.jspecify.annotations.NullMarked;
