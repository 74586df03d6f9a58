/**
 * Health checks of a server over HTTP, for those who run it.
 *
 * <p>Owner thread: one of the JDK's HTTP server, and the executor that a program passes in. Imports
 * {@code protocol.codec} and {@code protocol.transport}.
 */
@NullMarked
package dev.millrace.protocol.health;

import org.jspecify.annotations.NullMarked;
