package dev.millrace.client.idempotent;

import java.time.Duration;

/**
 * How a listener is protected. Immutable: each {@code with} method gives a new one.
 *
 * @param scope whose effects these are, mostly the name of the consumer group: each scope handles a message once
 * @param identity which deliveries are the same message
 * @param lease how long a claim counts without renewal; after that another consumer takes over
 * @param retention how long a done message is remembered
 * @param waitMax how long a listener's thread waits for another's lease, or for a store that fails, before it gives the message back
 * @param whenStoreFails what happens when the store still fails after that
 */
public record IdempotenceSettings(
        String scope,
        MessageIdentity identity,
        Duration lease,
        Duration retention,
        Duration waitMax,
        WhenStoreFails whenStoreFails) {
    private static final Duration LEASE_MIN = Duration.ofMillis(100);
    private static final Duration LEASE_MAX = Duration.ofHours(1);
    /** Long enough for a pause of the Java machine, short enough to wait for after a crash. */
    private static final Duration LEASE = Duration.ofSeconds(30);
    /** A message that fails 16 times is a dead letter after five hours; a day leaves time for a person. */
    private static final Duration RETENTION = Duration.ofDays(1);

    private static final Duration RETENTION_MAX = Duration.ofDays(365);
    private static final Duration WAIT = Duration.ofSeconds(5);

    public IdempotenceSettings {
        StoreKey.checkedScope(scope);
        checkRange("lease", lease, LEASE_MIN, LEASE_MAX);
        checkRange("retention", retention, lease, RETENTION_MAX);
        checkRange("waitMax", waitMax, Duration.ZERO, LEASE_MAX);
    }

    private static void checkRange(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IdempotenceException(name + " " + value + " is outside " + min + ".." + max + "; correct it");
        }
    }

    /** By unique id, a lease of 30 s, a retention of a day, up to 5 s of waiting, and FAIL. */
    public static IdempotenceSettings of(String scope) {
        return new IdempotenceSettings(scope, MessageIdentity.uniqueId(), LEASE, RETENTION, WAIT, WhenStoreFails.FAIL);
    }

    public IdempotenceSettings withIdentity(MessageIdentity newIdentity) {
        return new IdempotenceSettings(scope, newIdentity, lease, retention, waitMax, whenStoreFails);
    }

    public IdempotenceSettings withLease(Duration newLease) {
        return new IdempotenceSettings(scope, identity, newLease, retention, waitMax, whenStoreFails);
    }

    public IdempotenceSettings withRetention(Duration newRetention) {
        return new IdempotenceSettings(scope, identity, lease, newRetention, waitMax, whenStoreFails);
    }

    public IdempotenceSettings withWaitMax(Duration newWaitMax) {
        return new IdempotenceSettings(scope, identity, lease, retention, newWaitMax, whenStoreFails);
    }

    public IdempotenceSettings whenStoreFails(WhenStoreFails choice) {
        return new IdempotenceSettings(scope, identity, lease, retention, waitMax, choice);
    }
}
