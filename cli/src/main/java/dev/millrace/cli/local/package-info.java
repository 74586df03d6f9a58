/**
 * Local mode: runs the servers of a resource file as supervised processes of this machine.
 *
 * <p>Confined to the main thread; only the request to stop comes from another. Imports {@code cli.terminal},
 * {@code crds} and the command line library.
 */
@NullMarked
package dev.millrace.cli.local;

import org.jspecify.annotations.NullMarked;
