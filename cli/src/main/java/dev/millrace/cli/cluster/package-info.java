/**
 * A running cluster as the commands see it, and its implementation on our client.
 *
 * <p>Confined to the main thread. Imports {@code cli.terminal} and the client.
 */
@NullMarked
package dev.millrace.cli.cluster;

import org.jspecify.annotations.NullMarked;
