package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.protocol.config.ByteSize;
import dev.millrace.protocol.config.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StoreConfigTest {
    private final TestConfig test = TestConfig.defaults(Path.of("x"));
    private final StoreConfig defaults = StoreConfig.defaults(Path.of("x"));

    @Test
    void hasItsDefaults() {
        assertThat(defaults)
                .isEqualTo(new StoreConfig(
                        Path.of("x"),
                        ByteSize.parse("1GiB"),
                        FlushMode.ASYNC,
                        Duration.ofMillis(500),
                        ByteSize.parse("4160KiB"),
                        8192,
                        true,
                        Duration.ofHours(72),
                        0.75,
                        0.90,
                        ByteSize.parse("2GiB"),
                        Duration.ofSeconds(60),
                        ByteSize.parse("4GiB"),
                        false));
    }

    @Test
    void mapsEveryKeyToItsComponent() {
        StoreConfig other = new StoreConfig(
                Path.of("y"),
                ByteSize.parse("4MiB"),
                FlushMode.SYNC,
                Duration.ofMillis(7),
                ByteSize.parse("1MiB"),
                16,
                false,
                Duration.ofHours(5),
                0.5,
                0.6,
                ByteSize.parse("1MiB"),
                Duration.ofSeconds(9),
                ByteSize.parse("2MiB"),
                true);
        Map<String, String> settings = Map.ofEntries(
                Map.entry("store.path", "y"),
                Map.entry("store.segment-size", "4MiB"),
                Map.entry("store.flush.mode", "SYNC"),
                Map.entry("store.flush.interval", "7ms"),
                Map.entry("store.record-size-max", "1MiB"),
                Map.entry("store.inbox-count", "16"),
                Map.entry("store.index-enabled", "false"),
                Map.entry("store.retention", "5h"),
                Map.entry("store.disk.clean-ratio", "0.5"),
                Map.entry("store.disk.full-ratio", "0.6"),
                Map.entry("store.disk.reserve", "1MiB"),
                Map.entry("store.derived-flush-interval", "9s"),
                Map.entry("store.cold-distance", "2MiB"),
                Map.entry("store.recovery.truncate", "true"));

        assertThat(Settings.bind(StoreConfig.class, settings)).isEqualTo(other);
    }

    @Test
    void refusesImpossibleCombinationsWithKeyValueAndRemedy() {
        assertThatThrownBy(() -> test.withSegmentBytes(5000).bind())
                .hasMessageContaining("store.segment-size=5000B is no multiple of 4KiB; round it");
        assertThatThrownBy(() ->
                        test.withSegmentBytes(4096).withRecordBytesMax(4096).bind())
                .hasMessageContaining("store.record-size-max=4KiB does not fit a segment of 4KiB");
        assertThatThrownBy(() -> test.withDiskLimits(0.9, 0.5, 0).bind())
                .hasMessageContaining("store.disk.full-ratio=0.5 is below store.disk.clean-ratio=0.9");
        assertThatThrownBy(() -> test.withInboxCount(0).bind()).hasMessageContaining("store.inbox-count");
    }
}
