/**
 * Administration: topics, consumer groups, brokers, offsets and single messages of a cluster.
 *
 * <p>Thread-safe; calls wait for their answers. Imports {@code protocol}, {@code client} and {@code client.internal}.
 */
@NullMarked
package dev.millrace.client.admin;

import org.jspecify.annotations.NullMarked;
