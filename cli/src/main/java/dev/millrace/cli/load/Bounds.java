package dev.millrace.cli.load;

/**
 * When a phase hands out no more tickets: at {@code countMax} messages, after {@code secondsMax}, or once it has lasted
 * {@code secondsMin} and sent {@code countMin}. Thread-safe: immutable.
 */
record Bounds(long countMin, int secondsMin, long countMax, int secondsMax) {
    /** A warm-up that misses its count ends after so many times its seconds. */
    private static final int WARMUP_STRETCH_MAX = 6;

    static Bounds measured(long countMax, int secondsMax) {
        return new Bounds(Long.MAX_VALUE, secondsMax, countMax, secondsMax);
    }

    static Bounds warmUp(Warmup warmup) {
        return new Bounds(warmup.countMin(), warmup.seconds(), Long.MAX_VALUE, warmup.seconds() * WARMUP_STRETCH_MAX);
    }
}
