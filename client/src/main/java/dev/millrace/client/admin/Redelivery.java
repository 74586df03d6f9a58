package dev.millrace.client.admin;

/**
 * What became of the dead letters of a consumer group.
 *
 * @param moved delivered again
 * @param skipped looked at and left: from another topic, moved before, or gone from the log
 * @param left not looked at yet
 */
public record Redelivery(long moved, long skipped, long left) {}
