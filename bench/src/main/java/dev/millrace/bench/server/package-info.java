/**
 * Starts the brokers under test as processes on 127.0.0.1 with free ports and scratch folders.
 *
 * <p>Owner: the main thread. Imports: the JDK only.
 */
@NullMarked
package dev.millrace.bench.server;

import org.jspecify.annotations.NullMarked;
