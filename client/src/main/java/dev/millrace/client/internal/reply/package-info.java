/**
 * Requests whose answer comes back as a message: who waits for which answer.
 *
 * <p>Thread-safe: a concurrent table. Imports {@code protocol}, {@code client}, {@code internal.net}, {@code internal.route},
 * {@code internal.group} and {@code internal.message}.
 */
@NullMarked
package dev.millrace.client.internal.reply;

import org.jspecify.annotations.NullMarked;
