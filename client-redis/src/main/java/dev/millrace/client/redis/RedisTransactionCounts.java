package dev.millrace.client.redis;

/**
 * What a transactional listener did since it was made.
 *
 * @param committed messages whose effect and mark were written
 * @param duplicates messages left out, because they were marked
 * @param partial messages of which Redis refused a command behind one that it had run: the ones before it count, the
 *     others are left out for good
 */
public record RedisTransactionCounts(long committed, long duplicates, long partial) {}
