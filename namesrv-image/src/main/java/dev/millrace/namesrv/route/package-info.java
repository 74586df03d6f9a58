/**
 * The route table and the requests that read and change it.
 *
 * <p>Thread-safe: read as an immutable snapshot, changed under one lock. Imports {@code namesrv.dispatch}, {@code namesrv.liveness}, {@code namesrv.keyvalue}, {@code namesrv.settings} and {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv.route;

import org.jspecify.annotations.NullMarked;
