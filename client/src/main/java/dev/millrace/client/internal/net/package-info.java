/**
 * Requests to NameServers and brokers, and their failures in the words of {@code client}.
 *
 * <p>Thread-safe. Imports {@code protocol} and {@code client}.
 */
@NullMarked
package dev.millrace.client.internal.net;

import org.jspecify.annotations.NullMarked;
