package dev.millrace.protocol.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** One component of every type. */
@Removed(key = "sample.flush-ms", since = "0.2", remedy = "use sample.flush.interval with a unit")
@Removed(key = "sample.old", since = "0.3", remedy = "delete the line")
record SampleConfig(
        @Setting(
                key = "sample.flush.interval",
                defaultValue = "500ms",
                change = Change.HOT,
                description = "How long.",
                min = "10ms",
                max = "10s")
        Duration flushInterval,

        @Setting(
                key = "sample.segment-size",
                defaultValue = "1GiB",
                change = Change.IMMUTABLE,
                description = "How much.",
                min = "4KiB")
        ByteSize segmentSize,

        @Setting(key = "sample.mode", defaultValue = "ASYNC", change = Change.RESTART, description = "Which.")
        Mode mode,

        @Setting(key = "sample.folder", defaultValue = "data", change = Change.RESTART, description = "Where.")
        Path folder,

        @Setting(key = "sample.name", defaultValue = "", change = Change.RESTART, description = "A | B.")
        String name,

        @Setting(key = "sample.count", defaultValue = "4", change = Change.RESTART, description = "N.", max = "64")
        int count,

        @Setting(key = "sample.total", defaultValue = "5000000000", change = Change.RESTART, description = "N.")
        long total,

        @Setting(key = "sample.ratio", defaultValue = "0.75", change = Change.HOT, description = "Part.")
        double ratio,

        @Setting(key = "sample.enabled", defaultValue = "true", change = Change.HOT, description = "Whether.")
        boolean enabled,

        @Setting(key = "sample.hosts", defaultValue = "a:1;b:2", change = Change.RESTART, description = "Who.")
        List<String> hosts) {

    enum Mode {
        SYNC,
        ASYNC,
        ALL_IN_SYNC
    }

    SampleConfig {
        hosts = List.copyOf(hosts);
        if (mode == Mode.SYNC && ratio > 0.9) {
            throw new IllegalArgumentException("mode SYNC cannot keep a ratio of " + ratio + "; use at most 0.9");
        }
    }
}
