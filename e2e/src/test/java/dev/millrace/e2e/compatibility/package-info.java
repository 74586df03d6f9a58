/**
 * Renders {@code docs/compatibility.md} from what scenarios wrote about their ends.
 *
 * <p>Owner: the test's thread. May import {@code dev.millrace.e2e.client} and {@code dev.millrace.e2e.servers}.
 */
@NullMarked
package dev.millrace.e2e.compatibility;

import org.jspecify.annotations.NullMarked;
