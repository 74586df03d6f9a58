/**
 * Finds the handler of a request and answers for it; the only place that turns faults into replies.
 *
 * <p>Thread-safe: immutable. Imports {@code protocol}.
 */
@NullMarked
package dev.millrace.namesrv.dispatch;

import org.jspecify.annotations.NullMarked;
