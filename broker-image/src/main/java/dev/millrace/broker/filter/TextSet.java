package dev.millrace.broker.filter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/** The texts of an IN, found by a hash of their UTF-8 bytes. Allocates nothing on look-up. Thread-safe: immutable. */
// hot path
final class TextSet {
    private static final byte[][] NONE = {};
    private static final int HASH_FACTOR = 31;

    private final byte[][][] buckets;

    TextSet(Collection<String> texts) {
        int size = Integer.highestOneBit(Math.max(1, texts.size())) << 1;
        buckets = new byte[size][][];
        Arrays.fill(buckets, NONE);
        for (String text : texts) {
            add(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private void add(byte[] text) {
        int hash = 0;
        for (byte each : text) {
            hash = HASH_FACTOR * hash + each;
        }
        byte[][] bucket = buckets[bucketIndex(hash)];
        byte[][] longer = Arrays.copyOf(bucket, bucket.length + 1);
        longer[bucket.length] = text;
        buckets[bucketIndex(hash)] = longer;
    }

    boolean containsValue(ByteBuffer record, long found) {
        int start = PropertyName.valueStart(found);
        int length = PropertyName.valueLength(found);
        int hash = 0;
        for (int i = 0; i < length; i++) {
            hash = HASH_FACTOR * hash + record.get(start + i);
        }
        for (byte[] text : buckets[bucketIndex(hash)]) {
            if (isEqual(record, start, length, text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEqual(ByteBuffer record, int start, int length, byte[] text) {
        if (text.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (record.get(start + i) != text[i]) {
                return false;
            }
        }
        return true;
    }

    private int bucketIndex(int hash) {
        return (hash ^ hash >>> 16) & (buckets.length - 1);
    }
}
