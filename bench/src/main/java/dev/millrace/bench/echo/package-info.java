/**
 * A bare Netty server and client that do nothing but exchange frames: the limit of this machine.
 *
 * <p>Owner: one event loop each. Imports: {@code load} and Netty.
 */
@NullMarked
package dev.millrace.bench.echo;

import org.jspecify.annotations.NullMarked;
