/**
 * What applications use: the client with its producers and consumers, messages, results and errors.
 *
 * <p>Thread-safe unless a type says otherwise. Imports the JDK only; {@code client.internal} implements it.
 */
@NullMarked
package dev.millrace.client;

import org.jspecify.annotations.NullMarked;
