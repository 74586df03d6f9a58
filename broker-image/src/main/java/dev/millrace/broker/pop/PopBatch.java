package dev.millrace.broker.pop;

import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.store.ReadResult;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request takes: messages of several queues, each claimed until the log knows.
 *
 * <p>Owner: the request.
 */
final class PopBatch {
    private final int countMax;
    private final int bytesMax;
    private final List<Portion> portions = new ArrayList<>(2);
    private int count;
    private int bytes;
    private long rest;
    private boolean isCold;

    /**
     * The messages of one queue.
     *
     * @param kind of topic, as in {@link Receipt}
     * @param offsets of the messages
     */
    record Portion(QueueKey queue, char kind, long start, long[] offsets, ReadResult result) {
        boolean isRetry() {
            return kind != Receipt.KIND_TOPIC;
        }

        int[] distances() {
            int[] distances = new int[offsets.length];
            for (int i = 0; i < offsets.length; i++) {
                distances[i] = Math.toIntExact(offsets[i] - start);
            }
            return distances;
        }
    }

    PopBatch(int countMax, int bytesMax) {
        this.countMax = countMax;
        this.bytesMax = bytesMax;
    }

    boolean isFull() {
        return count >= countMax || bytes >= bytesMax;
    }

    int countLeft() {
        return countMax - count;
    }

    int bytesLeft() {
        return Math.max(1, bytesMax - bytes);
    }

    void add(QueueKey queue, char kind, long start, ReadResult result) {
        portions.add(new Portion(queue, kind, start, offsets(result), result));
        count += result.count();
        bytes += result.bytes();
        isCold |= result.isCold();
        addRest(result.maxOffset() - result.nextOffset());
    }

    private static long[] offsets(ReadResult result) {
        long[] offsets = new long[result.count()];
        int index = 0;
        for (ByteBuffer slice : result.slices()) {
            int at = slice.position();
            while (at < slice.limit()) {
                offsets[index++] = StoredMessageLayout.queueOffset(slice, at);
                at += StoredMessageLayout.totalSize(slice, at);
            }
        }
        if (index != offsets.length) {
            throw new AssertionError(index + " records where " + offsets.length + " were found");
        }
        return offsets;
    }

    /** Messages that are left in a queue. */
    void addRest(long messages) {
        rest += Math.max(0, messages);
    }

    List<Portion> portions() {
        return portions;
    }

    boolean isEmpty() {
        return portions.isEmpty();
    }

    int count() {
        return count;
    }

    int bytes() {
        return bytes;
    }

    long rest() {
        return rest;
    }

    boolean isCold() {
        return isCold;
    }

    /** Gives the records back. */
    void closeResults() {
        portions.forEach(portion -> portion.result.close());
    }
}
