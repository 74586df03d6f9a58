package dev.millrace.e2e.scenario;

import org.apache.rocketmq.common.message.MessageQueue;

/**
 * A message a broker promised to keep. Thread-safe: immutable.
 *
 * @param queue where
 * @param offset its queue offset, as acknowledged
 * @param body its body
 */
record Acknowledged(MessageQueue queue, long offset, String body) {}
