/**
 * Members of producer and consumer groups, their subscriptions, queue locks and offsets.
 */
@NullMarked
package dev.millrace.broker.consumergroup;

import org.jspecify.annotations.NullMarked;
