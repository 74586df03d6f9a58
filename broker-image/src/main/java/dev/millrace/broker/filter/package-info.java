/**
 * Message filters: tags by the hash in the queue, SQL92 expressions by the properties of the record.
 *
 * <p>An expression becomes words ({@code Lexer}), a tree ({@code Parser}, {@code Expression}), and a condition
 * ({@code FilterCompiler}, {@code Condition}). May import {@code store}'s {@code EntryFilter} and
 * {@code protocol.message}.
 *
 * <p>Thread-safe: immutable.
 */
@NullMarked
package dev.millrace.broker.filter;

import org.jspecify.annotations.NullMarked;
