/**
 * Samples around the orders of a shop. Each class with a {@code main} stands for itself, with {@link
 * dev.millrace.examples.orders.Order} and {@link dev.millrace.examples.orders.Cluster}.
 *
 * <p>Owner: the main thread; listeners run on the client's. Imports the client as any application would.
 */
@NullMarked
package dev.millrace.examples.orders;

import org.jspecify.annotations.NullMarked;
