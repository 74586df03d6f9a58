/**
 * Sends messages, one per request or many.
 *
 * <p>Owner: senders are shared; what belongs to one message or one broker says so. Imports {@code protocol}, {@code
 * client}, {@code internal.net}, {@code internal.route} and {@code internal.message}.
 */
@NullMarked
package dev.millrace.client.internal.send;

import org.jspecify.annotations.NullMarked;
