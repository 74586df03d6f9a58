/**
 * Records to header bytes and back, in both serialisations, and the JSON dialect of bodies: the only place that knows
 * wire spellings.
 *
 * <p>Imports {@code protocol}, {@code protocol.command}, {@code protocol.message} and {@code protocol.route}.
 */
@NullMarked
package dev.millrace.protocol.codec;

import org.jspecify.annotations.NullMarked;
