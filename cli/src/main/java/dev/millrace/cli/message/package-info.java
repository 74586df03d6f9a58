/**
 * {@code millrace send} and {@code millrace receive}: single messages from and to a terminal.
 *
 * <p>Confined to the main thread. Imports {@code cli.cluster}, {@code cli.local}, {@code cli.terminal} and the command
 * line library.
 */
@NullMarked
package dev.millrace.cli.message;

import org.jspecify.annotations.NullMarked;
