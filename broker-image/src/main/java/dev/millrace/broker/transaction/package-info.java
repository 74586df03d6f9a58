/**
 * Transactional messages: halves whose outcome is not known yet, their commit and rollback, and the questions to
 * producers that did not tell.
 *
 * <p>Owner: handlers run on the admin executor, {@code CheckBack} on the transactions thread, {@code HalfFollower} on the
 * store's dispatch thread; they meet in {@code PendingHalves}, which has a lock. Imports no other feature than
 * {@code consumergroup} (members, offsets) and {@code topic}.
 */
@NullMarked
package dev.millrace.broker.transaction;

import org.jspecify.annotations.NullMarked;
