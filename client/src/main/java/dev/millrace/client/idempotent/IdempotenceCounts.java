package dev.millrace.client.idempotent;

/**
 * What a listener did since it was made; counts of messages, except the last.
 *
 * @param completed handled and marked as done
 * @param duplicates not handled, because they were done before
 * @param held given back, because another consumer worked on them
 * @param failed the listener failed or wanted them again
 * @param lost handled, but another consumer had taken over meanwhile: the effect may have happened twice
 * @param unprotected handled or given up without the store, by {@link WhenStoreFails#GO_ON}
 * @param refused given back because the store failed, by {@link WhenStoreFails#FAIL}
 * @param unmarked handled, but the store failed for so long that they could not be marked: a later delivery is handled again
 * @param storeFailures calls of the store that failed, renewals too
 */
public record IdempotenceCounts(
        long completed,
        long duplicates,
        long held,
        long failed,
        long lost,
        long unprotected,
        long refused,
        long unmarked,
        long storeFailures) {}
