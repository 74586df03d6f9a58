/**
 * The NameServer's settings, and the requests that read and change them while it runs.
 *
 * <p>Thread-safe. Imports {@code namesrv.dispatch} and {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv.settings;

import org.jspecify.annotations.NullMarked;
