package dev.millrace.store;

import dev.millrace.protocol.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Settings for tests: the defaults and what differs. Immutable. */
public final class TestConfig {
    private final Map<String, String> settings;

    private TestConfig(Map<String, String> settings) {
        this.settings = settings;
    }

    public static TestConfig defaults(Path path) {
        return new TestConfig(Settings.describe(StoreConfig.defaults(path)));
    }

    /** Small segments, no index, no limits of the disk. */
    public static TestConfig small(Path path) {
        return defaults(path)
                .withSegmentBytes(TestStore.SEGMENT_BYTES)
                .withIndexEnabled(false)
                .withDiskLimits(1, 1, 0);
    }

    public StoreConfig bind() {
        return Settings.bind(StoreConfig.class, settings);
    }

    public TestConfig with(String key, String value) {
        Map<String, String> changed = new TreeMap<>(settings);
        changed.put(key, value);
        return new TestConfig(changed);
    }

    /** Other segments; the largest record shrinks with them. */
    public TestConfig withSegmentBytes(long bytes) {
        int recordMax = (int) Math.min(StoreConfig.defaults(Path.of("x")).recordBytesMax(), bytes - 8);
        return with("store.segment-size", bytes + "B").withRecordBytesMax(recordMax);
    }

    public TestConfig withRecordBytesMax(int bytes) {
        return with("store.record-size-max", bytes + "B");
    }

    public TestConfig withFlush(FlushMode mode, Duration interval) {
        return with("store.flush.mode", mode.name()).with("store.flush.interval", interval.toMillis() + "ms");
    }

    public TestConfig withInboxCount(int count) {
        return with("store.inbox-count", Integer.toString(count));
    }

    public TestConfig withIndexEnabled(boolean isEnabled) {
        return with("store.index-enabled", Boolean.toString(isEnabled));
    }

    public TestConfig withRetention(Duration age) {
        return with("store.retention", age.toMillis() + "ms");
    }

    public TestConfig withDiskLimits(double cleanRatio, double fullRatio, long reserveBytes) {
        return with("store.disk.clean-ratio", Double.toString(cleanRatio))
                .with("store.disk.full-ratio", Double.toString(fullRatio))
                .with("store.disk.reserve", reserveBytes + "B");
    }

    public TestConfig withDerivedFlushInterval(Duration interval) {
        return with("store.derived-flush-interval", interval.toMillis() + "ms");
    }

    public TestConfig withTruncateAtRecovery(boolean truncates) {
        return with("store.recovery.truncate", Boolean.toString(truncates));
    }
}
