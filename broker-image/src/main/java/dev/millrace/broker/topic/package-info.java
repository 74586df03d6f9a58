/**
 * Definitions of topics and consumer groups, durable.
 */
@NullMarked
package dev.millrace.broker.topic;

import org.jspecify.annotations.NullMarked;
