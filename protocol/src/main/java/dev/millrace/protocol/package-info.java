/**
 * Codes, limits and versions of the RocketMQ remoting protocol.
 *
 * <p>Thread-safe: constants. Imports the JDK only.
 */
@NullMarked
package dev.millrace.protocol;

import org.jspecify.annotations.NullMarked;
