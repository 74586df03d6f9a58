/**
 * The {@code millrace} command: its main class and its wiring.
 *
 * <p>Confined to the main thread. Imports every package of this module and the command line library.
 */
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
