package dev.millrace.cli.load;

/**
 * What is sent before anything is measured, on the same connections: lasts {@code seconds}, longer while fewer than
 * {@code countMin} messages went out, but 6 times as long at most. No seconds: no warm-up. Thread-safe: immutable.
 */
public record Warmup(long countMin, int seconds) {
    /** Nothing is sent before. */
    public static final Warmup NONE = new Warmup(0, 0);
}
