/**
 * Puts the client together: the only package that makes threads and reads clocks.
 *
 * <p>Thread-safe. Imports everything of {@code client} but {@code client.admin}.
 */
@NullMarked
package dev.millrace.client.internal.engine;

import org.jspecify.annotations.NullMarked;
