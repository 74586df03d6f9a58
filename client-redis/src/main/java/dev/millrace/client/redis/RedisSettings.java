package dev.millrace.client.redis;

import dev.millrace.client.idempotent.IdempotenceException;
import java.time.Duration;

/**
 * Where marks are kept. Immutable: each {@code with} method gives a new one.
 *
 * @param keyPrefix what the keys begin with; scope and identity follow. No braces: keys spread over a cluster by themselves
 * @param timeout longest wait for an answer
 */
public record RedisSettings(String keyPrefix, Duration timeout) {
    private static final String PREFIX = "millrace:idempotence:";
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration TIMEOUT_MAX = Duration.ofMinutes(5);

    public RedisSettings {
        if (keyPrefix.contains("{") || keyPrefix.contains("}")) {
            throw new IdempotenceException("key prefix '" + keyPrefix
                    + "' has braces, which put all keys on one node of a cluster; leave them out");
        }
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(TIMEOUT_MAX) > 0) {
            throw new IdempotenceException("timeout " + timeout + " is not in 0.." + TIMEOUT_MAX + "; correct it");
        }
    }

    /** Prefix {@code millrace:idempotence:} and 1 s. */
    public static RedisSettings defaults() {
        return new RedisSettings(PREFIX, TIMEOUT);
    }

    public RedisSettings withKeyPrefix(String newKeyPrefix) {
        return new RedisSettings(newKeyPrefix, timeout);
    }

    public RedisSettings withTimeout(Duration newTimeout) {
        return new RedisSettings(keyPrefix, newTimeout);
    }
}
