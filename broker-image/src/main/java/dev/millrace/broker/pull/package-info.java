/**
 * Reads messages for consumers and parks the polls that find none.
 *
 * <p>Owner: handlers run on the connection's event loop; parked polls are claimed once.
 */
@NullMarked
package dev.millrace.broker.pull;

import org.jspecify.annotations.NullMarked;
