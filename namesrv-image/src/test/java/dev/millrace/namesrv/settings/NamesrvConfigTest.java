package dev.millrace.namesrv.settings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.config.ConfigDocs;
import dev.millrace.protocol.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamesrvConfigTest {
    @Test
    void hasDefaults() {
        assertThat(Settings.bind(NamesrvConfig.class, Map.of()))
                .isEqualTo(new NamesrvConfig(
                        "0.0.0.0", 9876, 2, Duration.ofSeconds(120), Duration.ofSeconds(5), false, false, false, -1));
    }

    @Test
    void mapsEveryKey() {
        Map<String, String> values = Map.of(
                "namesrv.host", "127.0.0.1",
                "namesrv.port", "0",
                "namesrv.io-thread-count", "1",
                "namesrv.broker-expiry", "3s",
                "namesrv.expiry-scan-interval", "10ms",
                "namesrv.support-acting-master", "true",
                "namesrv.order-topics-in-route", "true",
                "namesrv.delete-topics-with-registration", "true",
                "namesrv.http-port", "8080");

        assertThat(Settings.bind(NamesrvConfig.class, values))
                .isEqualTo(new NamesrvConfig(
                        "127.0.0.1", 0, 1, Duration.ofSeconds(3), Duration.ofMillis(10), true, true, true, 8080));
    }

    @Test
    void answersHealthChecksBesideTheUsualPortUnlessToldOtherwise() {
        assertThat(healthPort("namesrv.port", "9876")).isEqualTo(9877);
        assertThat(healthPort("namesrv.port", "21000")).isZero();
        assertThat(healthPort("namesrv.http-port", "0")).isZero();
        assertThat(healthPort("namesrv.http-port", "8080")).isEqualTo(8080);
    }

    private static int healthPort(String key, String value) {
        return Settings.bind(NamesrvConfig.class, Map.of(key, value)).healthPort();
    }

    @Test
    void isDocumented() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(page).contains(ConfigDocs.section(NamesrvConfig.class));
    }
}
