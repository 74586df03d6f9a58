/**
 * Namespaces: topics and groups carry a prefix on the wire that applications do not see.
 *
 * <p>Thread-safe: immutable wrappers around what the engine opens. Imports {@code client} and the names of {@code protocol.message}.
 */
@NullMarked
package dev.millrace.client.internal.namespace;

import org.jspecify.annotations.NullMarked;
