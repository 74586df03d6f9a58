/**
 * Carries frames between peers: the Netty server and client, connections, requests in flight, back-pressure.
 *
 * <p>Owner: each connection belongs to one event loop ({@code io-*}). The only importer of {@code io.netty}; imports
 * {@code protocol}, {@code protocol.codec} and {@code protocol.command}.
 */
@NullMarked
package dev.millrace.protocol.transport;

import org.jspecify.annotations.NullMarked;
