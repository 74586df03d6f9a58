package dev.millrace.broker.transaction;

/**
 * A half message whose outcome is not known.
 *
 * @param position of its record in the log
 * @param queueOffset of its record in the half topic
 * @param sinceMs when it was first stored, ms since the epoch
 * @param nextCheckMs when a producer is asked next, ms since the epoch
 * @param checkCount questions asked so far
 * @param group the producer group
 */
record Half(long position, long queueOffset, long sinceMs, long nextCheckMs, int checkCount, String group) {}
