/**
 * Published clients, each version with its own jars in its own class loader.
 *
 * <p>Owner: the suite that opened the loader. These types are shared by all loaders, so they name no client class. May
 * import {@code dev.millrace.e2e.servers}.
 */
@NullMarked
package dev.millrace.e2e.client;

import org.jspecify.annotations.NullMarked;
