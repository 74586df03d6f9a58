/**
 * One record per request and per reply with its own header, sealed by who receives it.
 *
 * <p>Thread-safe: immutable, except where a record says that it holds a view. Component names that equal wire names are
 * on purpose: {@code protocol.codec} maps by name. Imports {@code protocol} and {@code protocol.route} and {@code protocol.body}.
 */
@NullMarked
package dev.millrace.protocol.command;

import org.jspecify.annotations.NullMarked;
