/**
 * Messages as they are stored and sent: the record layout shared by wire and log, properties, ids, flags.
 *
 * <p>Thread-safe: stateless helpers and immutable values. Imports {@code protocol}.
 */
@NullMarked
package dev.millrace.protocol.message;

import org.jspecify.annotations.NullMarked;
