package dev.millrace.client;

/**
 * What became of a client's trace records since it was made; counts of events.
 *
 * @param recorded that happened
 * @param sent that are stored in the trace topic
 * @param dropped that found no room or were not stored
 */
public record TraceCounts(long recorded, long sent, long dropped) {}
