package dev.millrace.protocol.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final Map<String, String> OTHER_VALUES = Map.of(
            "sample.flush.interval", "3s",
            "sample.segment-size", "64KiB",
            "sample.mode", "all-in-sync",
            "sample.folder", "/var/lib/x",
            "sample.name", "ünï",
            "sample.count", "7",
            "sample.total", "-1",
            "sample.ratio", "0.5",
            "sample.enabled", "false",
            "sample.hosts", " c:3 ; d:4;");

    record OtherConfig(
            @Setting(
                    key = "other.port",
                    defaultValue = Setting.REQUIRED,
                    change = Change.RESTART,
                    description = "Port.",
                    min = "0",
                    max = "65535")
            int port) {}

    private final Path folder;

    SettingsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void usesDefaults() {
        SampleConfig config = Settings.bind(SampleConfig.class, Map.of());

        assertThat(config)
                .isEqualTo(new SampleConfig(
                        Duration.ofMillis(500),
                        ByteSize.ofGiB(1),
                        SampleConfig.Mode.ASYNC,
                        Path.of("data"),
                        "",
                        4,
                        5_000_000_000L,
                        0.75,
                        true,
                        List.of("a:1", "b:2")));
    }

    @Test
    void mapsEveryKey() {
        SampleConfig config = Settings.bind(SampleConfig.class, OTHER_VALUES);

        assertThat(config)
                .isEqualTo(new SampleConfig(
                        Duration.ofSeconds(3),
                        ByteSize.ofKiB(64),
                        SampleConfig.Mode.ALL_IN_SYNC,
                        Path.of("/var/lib/x"),
                        "ünï",
                        7,
                        -1,
                        0.5,
                        false,
                        List.of("c:3", "d:4")));
    }

    @Test
    void describesWhatItBound() {
        SampleConfig config = Settings.bind(SampleConfig.class, OTHER_VALUES);

        Map<String, String> texts = Settings.describe(config);

        assertThat(texts)
                .containsEntry("sample.flush.interval", "3s")
                .containsEntry("sample.mode", "ALL_IN_SYNC")
                .containsEntry("sample.hosts", "c:3;d:4");
        assertThat(Settings.bind(SampleConfig.class, texts)).isEqualTo(config);
    }

    @Test
    void collectsEveryProblem() {
        Map<String, String> values = Map.of(
                "sample.flush.intervall", "1s",
                "sample.flush-ms", "500",
                "sample.count", "65",
                "sample.segment-size", "1GB",
                "zzz", "1");

        ConfigException thrown =
                catchThrowableOfType(ConfigException.class, () -> Settings.bind(SampleConfig.class, values));

        assertThat(thrown.problems())
                .containsExactlyInAnyOrder(
                        "unknown setting sample.flush.intervall=1s; did you mean sample.flush.interval?",
                        "unknown setting zzz=1; remove it, or take the name from docs/configuration.md",
                        "sample.flush-ms=500 was removed in 0.2; use sample.flush.interval with a unit",
                        "sample.count=65 cannot be used; use at most 64",
                        "sample.segment-size=1GB cannot be used; write a size such as 512B, 64KiB, 16MiB or 1GiB");
        assertThat(thrown).hasMessageStartingWith("5 problems in the configuration:\n  ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sample.flush.interval | 5 | write a duration such as 500ms, 3s, 2m or 72h",
                "sample.flush.interval | 9ms | use at least 10ms and at most 10s",
                "sample.flush.interval | 11s | use at least 10ms and at most 10s",
                "sample.flush.interval | 999999999999999d | write a duration such as 500ms, 3s, 2m or 72h",
                "sample.segment-size | 1KiB | use at least 4KiB",
                "sample.mode | maybe | write one of SYNC, ASYNC, ALL_IN_SYNC",
                "sample.count | 1.5 | write a whole number below 2^31",
                "sample.total | x | write a whole number below 2^63",
                "sample.ratio | NaN | write a finite number such as 0.75",
                "sample.ratio | half | write a number such as 0.75",
                "sample.enabled | yes | write true or false",
            })
    void refusesBadValueWithRemedy(String key, String value, String remedy) {
        assertThatThrownBy(() -> Settings.bind(SampleConfig.class, Map.of(key, value)))
                .isInstanceOf(ConfigException.class)
                .hasMessage(key + "=" + value + " cannot be used; " + remedy);
    }

    @Test
    void namesKeysOfRefusedCombination() {
        Map<String, String> values = Map.of("sample.mode", "SYNC", "sample.ratio", "0.95");

        assertThatThrownBy(() -> Settings.bind(SampleConfig.class, values))
                .hasMessage("mode SYNC cannot keep a ratio of 0.95; use at most 0.9"
                        + " (set: sample.mode=SYNC, sample.ratio=0.95)");
    }

    @Test
    void saysWhichRequiredSettingIsMissing() {
        assertThatThrownBy(() -> Settings.bind(OtherConfig.class, Map.of()))
                .hasMessage("other.port is not set and has no default; set it to a int");
    }

    @Test
    void sharesOneSourceBetweenRecords() {
        Settings settings = Settings.of(Map.of("sample.count", "5", "other.port", "0", "third.key", "x"));

        int count = settings.bind(SampleConfig.class).count();
        int port = settings.bind(OtherConfig.class).port();

        assertThat(count).isEqualTo(5);
        assertThat(port).isZero();
        assertThatThrownBy(settings::checkAllUsed).hasMessageStartingWith("unknown setting third.key=x;");
    }

    @Test
    void laterSourceWins() throws IOException {
        Path file = write("sample.name = größe \nsample.count=1\nsample.total=1\n");
        Map<String, String> environment =
                Map.of("MILLRACE_SET_SAMPLE_COUNT", "2", "MILLRACE_SET_SAMPLE_TOTAL", "2", "PATH", "/bin");

        Settings settings = Settings.read(file, environment, List.of("sample.total=3"));
        SampleConfig config = settings.bind(SampleConfig.class);
        settings.checkAllUsed();

        assertThat(config.name()).isEqualTo("größe");
        assertThat(config.count()).isEqualTo(2);
        assertThat(config.total()).isEqualTo(3);
    }

    @Test
    void namesWhereABadValueStands() throws IOException {
        Path file = write("sample.enabled=ja\n");
        Map<String, String> environment = Map.of("MILLRACE_SET_SAMPLE_COUNT", "two");

        Settings settings = Settings.read(file, environment, List.of("sample.ratio=x"));

        assertThatThrownBy(() -> settings.bind(SampleConfig.class))
                .hasMessageContaining("sample.enabled=ja (configuration file " + file + ") cannot be used")
                .hasMessageContaining("sample.count=two (MILLRACE_SET_SAMPLE_COUNT) cannot be used")
                .hasMessageContaining("sample.ratio=x (--set) cannot be used");
    }

    @Test
    void refusesUnknownEnvironmentVariable() {
        Settings settings = Settings.read(null, Map.of("MILLRACE_SET_NOTHING", "1"), List.of());
        settings.bind(SampleConfig.class);

        assertThatThrownBy(settings::checkAllUsed)
                .hasMessageStartingWith("unknown setting in environment variable MILLRACE_SET_NOTHING=1;");
    }

    @Test
    void refusesSetWithoutValue() {
        assertThatThrownBy(() -> Settings.read(null, Map.of(), List.of("sample.count")))
                .hasMessage("--set sample.count names no value; write --set key=value");
    }

    @Test
    void refusesKeyWrittenTwice() throws IOException {
        Path file = write("sample.count=1\nsample.count=2\n");

        assertThatThrownBy(() -> Settings.read(file, Map.of(), List.of()))
                .hasMessage("sample.count stands more than once in configuration file " + file + "; keep one line");
    }

    @Test
    void refusesMissingFile() {
        Path file = folder.resolve("none.properties");

        assertThatThrownBy(() -> Settings.read(file, Map.of(), List.of()))
                .hasMessage("configuration file " + file + " cannot be read (NoSuchFileException: " + file
                        + "); name a readable UTF-8 properties file with --config");
    }

    @Test
    void refusesFileWithBadEscape() throws IOException {
        Path file = write("sample.name=\\uXYZ\n");

        assertThatThrownBy(() -> Settings.read(file, Map.of(), List.of()))
                .hasMessageContaining("is no properties text");
    }

    @Test
    void reportsProblemsOfAllRecordsAtOnce() {
        Settings settings = Settings.of(Map.of("sample.count", "x", "third.key", "y"));

        ConfigException thrown = catchThrowableOfType(
                ConfigException.class, () -> settings.bindAll(List.of(SampleConfig.class, OtherConfig.class)));

        assertThat(thrown.problems()).hasSize(3);
    }

    @Test
    void bindsAllRecords() {
        Settings.Bound bound = Settings.of(Map.of("sample.count", "5", "other.port", "1"))
                .bindAll(List.of(SampleConfig.class, OtherConfig.class));

        assertThat(bound.get(SampleConfig.class).count()).isEqualTo(5);
        assertThat(bound.get(OtherConfig.class).port()).isEqualTo(1);
    }

    @Test
    void readsPropertiesText() {
        assertThat(Settings.parse("a.b = c \n# comment\nd=\n")).isEqualTo(Map.of("a.b", "c", "d", ""));
    }

    @Test
    void writesReferencePage() {
        String page = ConfigDocs.markdown(List.of(SampleConfig.class, OtherConfig.class));

        assertThat(page)
                .contains("## SampleConfig")
                .contains("| `sample.flush.interval` | duration | `500ms` | 10ms – 10s | hot | How long. |")
                .contains("| `sample.segment-size` | size | `1GiB` | ≥ 4KiB | immutable | How much. |")
                .contains("| `sample.mode` | SYNC \\| ASYNC \\| ALL_IN_SYNC | `ASYNC` |  | restart | Which. |")
                .contains("| `sample.name` | text | empty |  | restart | A \\| B. |")
                .contains("* `sample.flush-ms`, since 0.2: use sample.flush.interval with a unit.")
                .endsWith("| `other.port` | int | required | 0 – 65535 | restart | Port. |\n");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("settings.properties"), text, StandardCharsets.UTF_8);
    }
}
