/**
 * Stores messages: single, batch, multi-queue, and messages that a consumer sends back.
 *
 * <p>Owner: handlers run on the connection's event loop and hand their requests to the commit log.
 */
@NullMarked
package dev.millrace.broker.send;

import org.jspecify.annotations.NullMarked;
