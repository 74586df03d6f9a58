/**
 * Consumption by receipt (POP): a consumer takes messages for a while; what it does not acknowledge in time is delivered
 * again.
 *
 * <pre>
 *   pop ----&gt; Taken in the log ----&gt; in flight --ack------&gt; Settled in the log ----&gt; gone
 *                                     |    ^
 *                                     |    +--change of time: Renewed in the log
 *                                     +--time over: copy in the retry or dead-letter topic, and Settled, one append
 * </pre>
 *
 * <p>What is in flight is a table that follows the log: records of a system topic say what was taken, settled, renewed. A
 * request is answered when the table knows its record, so what a client was told is what the log says. The table is saved
 * with the position it covers; a start reads on from there. A queue is claimed from the read to the record, then the
 * consumer group's offset moves: the offset of a pop is an ordinary consumer offset, and a group may change to pulls and
 * back at any time. The file of offsets is written once the log is durable so far.
 *
 * <p>In order, nothing is copied: the messages taken from a queue block it until they are acknowledged, or until their time
 * is over and they are taken again from the first that was not acknowledged.
 *
 * <p>Owner: handlers run on event loops and the admin executor, {@code PopFollower} on the store's dispatch thread,
 * {@code Reviver} on the pop thread; they meet in {@code InFlight}, which has a lock. Imports {@code consumergroup}
 * (members, offsets), {@code topic}, {@code filter}, {@code files}, {@code dispatch}.
 */
@NullMarked
package dev.millrace.broker.pop;

import org.jspecify.annotations.NullMarked;
