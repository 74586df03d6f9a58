package dev.millrace.protocol.route;

/**
 * Version of a table of definitions. Newer means: greater {@code stateVersion}, then {@code counter}, then
 * {@code timestamp} (ms since the epoch).
 */
public record DataVersion(long counter, long stateVersion, long timestamp) {
    public static final DataVersion NONE = new DataVersion(0, 0, 0);

    public DataVersion next(long nowMs) {
        return new DataVersion(counter + 1, stateVersion, nowMs);
    }
}
