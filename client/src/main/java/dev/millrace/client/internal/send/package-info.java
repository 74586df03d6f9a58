/**
 * Sends messages, one per request or many.
 *
 * <p>Owner: senders are shared; what belongs to one message or one broker says so. Imports {@code protocol}, {@code
 * client}, {@code internal.net}, {@code internal.route}, {@code internal.message} and {@code
 * internal.reply}.
 */
@NullMarked
package dev.millrace.client.internal.send;

import org.jspecify.annotations.NullMarked;
