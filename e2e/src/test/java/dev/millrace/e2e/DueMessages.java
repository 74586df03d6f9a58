package dev.millrace.e2e;

import dev.millrace.e2e.client.TimedPeer;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Messages that are due at random times, and what one consumer group received of them. Thread-safe: one lock.
 *
 * <p>A message that was received again is explained by the kill of a broker: it forgets the newest offsets of consumers.
 * It is then the same stored message; a message that stands in two places was delivered twice by the broker.
 */
final class DueMessages {
    private final long[] dueMs;
    private final @Nullable String[] places;
    private final long[] receivedMs;
    private final long[] storedMs;
    private int receivedCount;
    private int repeatedCount;
    private int unexplainedCount;
    private int twicePlacedCount;
    private boolean isKilled;

    DueMessages(long[] dueMs) {
        this.dueMs = dueMs.clone();
        this.places = new String[dueMs.length];
        this.receivedMs = new long[dueMs.length];
        this.storedMs = new long[dueMs.length];
    }

    /** So many times between {@code firstMs} and {@code spreadMs} later. */
    static long[] randomTimes(int count, long firstMs, long spreadMs) {
        SplittableRandom random = new SplittableRandom(7);
        return random.longs(count, firstMs, firstMs + spreadMs).toArray();
    }

    synchronized void receive(TimedPeer.Delivery delivery, long nowMs) {
        int number = delivery.number();
        String place = places[number];
        if (place == null) {
            places[number] = delivery.place();
            receivedMs[number] = nowMs;
            storedMs[number] = delivery.storeMs();
            receivedCount++;
            return;
        }
        repeatedCount++;
        if (!place.equals(delivery.place())) {
            twicePlacedCount++;
        }
        if (!isKilled) {
            unexplainedCount++;
        }
    }

    /** From now on messages may come again. */
    synchronized void brokerIsKilled() {
        isKilled = true;
    }

    /** Different messages. */
    synchronized int receivedCount() {
        return receivedCount;
    }

    /** Messages that were received earlier than {@code toleranceMs} before they were due. */
    synchronized long earlyCount(long toleranceMs) {
        long count = 0;
        for (int number = 0; number < dueMs.length; number++) {
            if (places[number] != null && receivedMs[number] < dueMs[number] - toleranceMs) {
                count++;
            }
        }
        return count;
    }

    /** Messages that came again though no broker was killed. */
    synchronized int unexplainedCount() {
        return unexplainedCount;
    }

    /** Deliveries of messages that stand elsewhere too. */
    synchronized int twicePlacedCount() {
        return twicePlacedCount;
    }

    /** What came, and how late: of all, and of those that were due before {@code killMs}. */
    synchronized String report(long killMs) {
        return String.format(
                Locale.ROOT,
                "received %d of %d, %d of them again after the kill%n"
                        + "  due before the kill: received late by %s; stored late by %s%n"
                        + "  all, the kill included: received late by %s",
                receivedCount,
                dueMs.length,
                repeatedCount,
                lateness(receivedMs, killMs),
                lateness(storedMs, killMs),
                lateness(receivedMs, Long.MAX_VALUE));
    }

    private String lateness(long[] timesMs, long dueBeforeMs) {
        long[] late = new long[dueMs.length];
        int count = 0;
        for (int number = 0; number < dueMs.length; number++) {
            if (places[number] != null && dueMs[number] < dueBeforeMs) {
                late[count++] = timesMs[number] - dueMs[number];
            }
        }
        if (count == 0) {
            return "nothing";
        }
        Arrays.sort(late, 0, count);
        return "p50 " + late[count / 2] + " ms, p99 " + late[(int) (count * 0.99)] + " ms, max " + late[count - 1]
                + " ms";
    }
}
