package dev.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.broker.copy.CopyConfig;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.protocol.config.ByteSize;
import dev.millrace.protocol.config.ConfigDocs;
import dev.millrace.protocol.config.ConfigException;
import dev.millrace.protocol.config.Settings;
import dev.millrace.store.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BrokerConfigTest {
    @Test
    void hasItsDefaults() {
        assertThat(Settings.bind(BrokerConfig.class, Map.of()))
                .isEqualTo(new BrokerConfig(
                        "DefaultCluster",
                        "broker-0",
                        "127.0.0.1",
                        "",
                        10911,
                        List.of(),
                        true,
                        true,
                        8,
                        ByteSize.ofMiB(4),
                        ByteSize.ofMiB(4),
                        0,
                        10_000,
                        -1,
                        Duration.ofSeconds(60)));
    }

    @Test
    void mapsEveryKeyToItsComponent() {
        Map<String, String> values = Map.ofEntries(
                Map.entry("broker.cluster", "c"),
                Map.entry("broker.name", "n"),
                Map.entry("broker.host", "h"),
                Map.entry("broker.bind", "0.0.0.0"),
                Map.entry("broker.port", "1"),
                Map.entry("broker.namesrv", "a:1;b:2"),
                Map.entry("broker.auto-create-topics", "false"),
                Map.entry("broker.auto-create-groups", "false"),
                Map.entry("broker.default-queues", "3"),
                Map.entry("broker.body-size-max", "1MiB"),
                Map.entry("broker.pull-size-max", "2MiB"),
                Map.entry("broker.io-threads", "5"),
                Map.entry("broker.connections-max", "6"),
                Map.entry("broker.http-port", "7"),
                Map.entry("broker.queue-lock-lease", "45s"));

        assertThat(Settings.bind(BrokerConfig.class, values))
                .isEqualTo(new BrokerConfig(
                        "c",
                        "n",
                        "h",
                        "0.0.0.0",
                        1,
                        List.of("a:1", "b:2"),
                        false,
                        false,
                        3,
                        ByteSize.ofMiB(1),
                        ByteSize.ofMiB(2),
                        5,
                        6,
                        7,
                        Duration.ofSeconds(45)));
    }

    @Test
    void refusesAnAddressWithoutAPort() {
        assertThatThrownBy(() -> Settings.bind(BrokerConfig.class, Map.of("broker.namesrv", "localhost")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("'localhost'")
                .hasMessageContaining("host:port");
    }

    @Test
    void isDocumented() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));

        assertThat(page)
                .contains(
                        ConfigDocs.section(BrokerConfig.class),
                        ConfigDocs.section(TransactionConfig.class),
                        ConfigDocs.section(DelayConfig.class),
                        ConfigDocs.section(PopConfig.class),
                        ConfigDocs.section(CopyConfig.class),
                        ConfigDocs.section(StoreConfig.class));
    }
}
