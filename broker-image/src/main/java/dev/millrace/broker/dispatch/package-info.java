/**
 * From request code to handler: decoding, admission and what happens when a handler fails, once for all commands.
 *
 * <p>Thread-safe: the table is immutable after the start.
 */
@NullMarked
package dev.millrace.broker.dispatch;

import org.jspecify.annotations.NullMarked;
