/**
 * {@code millrace group}: consumer groups.
 *
 * <p>Thread-safe: confined to the main thread. Imports {@code cluster}, {@code local} and {@code terminal}.
 */
@NullMarked
package dev.millrace.cli.group;

import org.jspecify.annotations.NullMarked;
