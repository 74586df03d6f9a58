/**
 * Our client with an idempotent listener over each kind of store.
 *
 * <p>Owner thread: the driver's main thread. Imports {@code cli.load}, {@code bench.server}, the client and its stores.
 */
@NullMarked
package dev.millrace.bench.once;

import org.jspecify.annotations.NullMarked;
