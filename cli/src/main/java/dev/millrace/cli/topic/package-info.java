/**
 * {@code millrace topic …}: make, list, describe and delete topics.
 *
 * <p>Confined to the main thread. Imports {@code cli.cluster}, {@code cli.local}, {@code cli.terminal} and the command
 * line library.
 */
@NullMarked
package dev.millrace.cli.topic;

import org.jspecify.annotations.NullMarked;
