/**
 * Records that the bodies of requests and replies carry as JSON.
 *
 * <p>Thread-safe: immutable. Component names equal the JSON members. Imports {@code protocol.route}.
 */
@NullMarked
package dev.millrace.protocol.body;

import org.jspecify.annotations.NullMarked;
