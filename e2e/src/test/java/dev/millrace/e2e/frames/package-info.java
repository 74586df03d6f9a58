/**
 * Records frames of published clients and servers as test inputs for our codec.
 *
 * <p>Owner: the thread of {@link dev.millrace.e2e.frames.RecordFrames}. May import {@code dev.millrace.e2e.client} and
 * {@code .servers}.
 */
@NullMarked
package dev.millrace.e2e.frames;

import org.jspecify.annotations.NullMarked;
