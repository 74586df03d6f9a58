/**
 * Messages that belong to local transactions: half messages, their outcomes, and answers to brokers that ask.
 *
 * <p>Thread-safe: no state but the open producers. May import {@code net}, {@code message} and {@code route}.
 */
@NullMarked
package dev.millrace.client.internal.transaction;

import org.jspecify.annotations.NullMarked;
