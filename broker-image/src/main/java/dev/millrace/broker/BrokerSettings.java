package dev.millrace.broker;

import dev.millrace.broker.copy.CopyConfig;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.protocol.config.Settings;
import dev.millrace.store.StoreConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All settings of the broker program. Thread-safe: immutable. */
record BrokerSettings(
        BrokerConfig broker,
        TransactionConfig transactions,
        DelayConfig delays,
        PopConfig pops,
        CopyConfig copy,
        StoreConfig store) {
    private static final List<Class<? extends Record>> TYPES = List.of(
            BrokerConfig.class,
            TransactionConfig.class,
            DelayConfig.class,
            PopConfig.class,
            CopyConfig.class,
            StoreConfig.class);

    /**
     * Reads them from a file, the environment and single ones.
     *
     * @throws dev.millrace.protocol.config.ConfigException if one is unknown or impossible
     */
    static BrokerSettings read(@Nullable Path file, Map<String, String> environment, List<String> overrides) {
        Settings.Bound bound = Settings.read(file, environment, overrides).bindAll(TYPES);
        return new BrokerSettings(
                bound.get(BrokerConfig.class),
                bound.get(TransactionConfig.class),
                bound.get(DelayConfig.class),
                bound.get(PopConfig.class),
                bound.get(CopyConfig.class),
                bound.get(StoreConfig.class));
    }

    /** All of them as text, by key. */
    Map<String, String> shown() {
        Map<String, String> all = new TreeMap<>();
        for (Record part : List.of(broker, transactions, delays, pops, copy, store)) {
            all.putAll(Settings.describe(part));
        }
        return all;
    }

    /** Where definitions and offsets are kept. */
    Path stateFolder() {
        return store.path().resolve("config");
    }
}
