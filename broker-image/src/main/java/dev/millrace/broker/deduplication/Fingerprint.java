package dev.millrace.broker.deduplication;

/** 64 bits that stand for an id. Two ids may have the same, so a hit is confirmed from the log. Thread-safe: stateless. */
final class Fingerprint {
    private static final long FIRST = 0x9E3779B97F4A7C15L;
    private static final long SECOND = 0xD6E8FEB86659FD93L;
    private static final int CHARS_PER_STEP = 4;

    private Fingerprint() {}

    // hot path
    static long of(String id) {
        long hash = FIRST ^ id.length();
        int at = 0;
        while (at < id.length()) {
            long chars = 0;
            int end = Math.min(id.length(), at + CHARS_PER_STEP);
            while (at < end) {
                chars = chars << Character.SIZE | id.charAt(at++);
            }
            hash = mix(hash ^ chars);
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long first = (value ^ value >>> 32) * SECOND;
        long second = (first ^ first >>> 29) * FIRST;
        return second ^ second >>> 32;
    }
}
