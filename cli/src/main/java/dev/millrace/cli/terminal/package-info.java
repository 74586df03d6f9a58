/**
 * What all commands share: exit codes, errors, and output for people and for programs.
 *
 * <p>Confined to the main thread. Imports the JDK and the command line library.
 */
@NullMarked
package dev.millrace.cli.terminal;

import org.jspecify.annotations.NullMarked;
