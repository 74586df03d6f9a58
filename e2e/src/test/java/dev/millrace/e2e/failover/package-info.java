/**
 * Load on a broker group whose masters are lost, and what must be true afterwards.
 *
 * <p>Owner thread: the test's, and senders of {@link dev.millrace.e2e.failover.SendLoad}.
 */
@NullMarked
package dev.millrace.e2e.failover;

import org.jspecify.annotations.NullMarked;
