/**
 * Load through Apache RocketMQ's client, for their broker and for ours.
 *
 * <p>Owner: the driver's threads. Imports: {@code load} and RocketMQ's client, which the driver's class path supplies.
 */
@NullMarked
package dev.millrace.bench.rocketmq;

import org.jspecify.annotations.NullMarked;
