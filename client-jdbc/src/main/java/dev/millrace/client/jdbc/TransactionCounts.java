package dev.millrace.client.jdbc;

/**
 * What a transactional listener did since it was made.
 *
 * @param committed messages whose effect and mark were committed
 * @param duplicates messages left out, because they were marked
 * @param held messages given back, because another transaction worked on them
 * @param rolledBack transactions that were not committed, those without anything to do too
 */
public record TransactionCounts(long committed, long duplicates, long held, long rolledBack) {}
