/**
 * Carries what the copies of a broker group tell each other, and the bytes of the master's log.
 *
 * <pre>
 *   copy A --OutgoingLink: messages, log--&gt; IncomingLink of copy B      one connection for each direction
 *   copy A IncomingLink &lt;--messages, log-- OutgoingLink of copy B
 * </pre>
 *
 * <p>Owner: threads {@code peer-out-n} and {@code peer-in-n}, made by {@link dev.millrace.broker.replication.Replication}.
 * Imports {@code role} and {@code store}.
 */
@NullMarked
package dev.millrace.broker.replication;

import org.jspecify.annotations.NullMarked;
