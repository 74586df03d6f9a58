/**
 * Load through Apache Kafka's client.
 *
 * <p>Owner: the driver's threads. Imports: {@code load} and Kafka's client, which the driver's class path supplies.
 */
@NullMarked
package dev.millrace.bench.kafka;

import org.jspecify.annotations.NullMarked;
