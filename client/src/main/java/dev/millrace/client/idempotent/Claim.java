package dev.millrace.client.idempotent;

/**
 * The right to handle one message.
 *
 * @param fencingToken grows with each claim of the same key; a store refuses renewals and completions with an older one
 */
public record Claim(StoreKey key, long fencingToken) {}
