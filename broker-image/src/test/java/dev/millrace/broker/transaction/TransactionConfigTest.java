package dev.millrace.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.config.Settings;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TransactionConfigTest {
    @Test
    void hasItsDefaults() {
        assertThat(Settings.bind(TransactionConfig.class, Map.of()))
                .isEqualTo(new TransactionConfig(
                        Duration.ofSeconds(6), Duration.ofSeconds(30), 15, Duration.ofHours(72), 1_000_000));
    }

    @Test
    void mapsEveryKeyToItsComponent() {
        Map<String, String> values = Map.of(
                "broker.transaction-timeout", "1s",
                "broker.transaction-check-interval", "2s",
                "broker.transaction-check-max", "3",
                "broker.transaction-age-max", "4s",
                "broker.transaction-pending-max", "5");

        assertThat(Settings.bind(TransactionConfig.class, values))
                .isEqualTo(new TransactionConfig(
                        Duration.ofSeconds(1), Duration.ofSeconds(2), 3, Duration.ofSeconds(4), 5));
    }

    @Test
    void pausesGrowUpToSixteenTimesTheInterval() {
        TransactionConfig config = Settings.bind(TransactionConfig.class, Map.of());

        assertThat(config.pauseMs(1)).isEqualTo(30_000);
        assertThat(config.pauseMs(2)).isEqualTo(60_000);
        assertThat(config.pauseMs(4)).isEqualTo(240_000);
        assertThat(config.pauseMs(5)).isEqualTo(480_000);
        assertThat(config.pauseMs(14)).isEqualTo(480_000);
    }
}
