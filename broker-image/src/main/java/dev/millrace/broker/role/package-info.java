/**
 * Who of a broker group's copies is master: elections by compare-and-swap on one small record, and what a master waits for
 * before it acknowledges.
 *
 * <p>{@link dev.millrace.broker.role.Copy} decides and performs nothing: it is told {@link dev.millrace.broker.role.Event}s
 * and asks for {@link dev.millrace.broker.role.Effect}s, so that one thread of a broker and a simulation of a thousand
 * histories drive the same code. The protocol, with the reason of every rule: docs/failover.md.
 *
 * <pre>
 *   record store --RecordSeen, PutDone--&gt; +------+ --PutRecord, ReadRecord--&gt; record store
 *   peers ----Received, PeerGone--------&gt; | Copy | --Send------------------&gt; peers
 *   log, disk --LogAdvanced, Stored-----&gt; +------+ --Persist, Cut, Publish-&gt; log, disk, handlers
 * </pre>
 *
 * <p>Owner: role thread. Imports {@code store.epoch}.
 */
@NullMarked
package dev.millrace.broker.role;

import org.jspecify.annotations.NullMarked;
