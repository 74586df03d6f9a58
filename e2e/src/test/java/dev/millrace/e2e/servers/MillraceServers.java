package dev.millrace.e2e.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our NameServer and broker. Owner: the test that opened it. */
final class MillraceServers extends ProcessServers {

    private static final String TRANSACTIONS = """
            broker.transaction-timeout=3s
            broker.transaction-check-interval=2s
            broker.transaction-check-max=3
            """;

    private static final String SHORT_TRANSACTIONS = """
            broker.transaction-timeout=1s
            broker.transaction-check-interval=200ms
            broker.transaction-check-max=8
            """;

    private MillraceServers(Path scratch, ServerOptions options) {
        super(scratch, options);
        if (options.isBinaryHeader()) {
            throw new IllegalArgumentException(
                    "our servers answer in the serialisation of the request, got " + options);
        }
    }

    static Servers start(Path scratch, ServerOptions options) {
        MillraceServers servers = new MillraceServers(scratch, options);
        servers.startAll();
        return servers;
    }

    @Override
    public int killRounds() {
        return 25;
    }

    @Override
    List<String> namesrvCommand(int index) {
        String config = file(
                "namesrv-" + index + ".properties",
                "namesrv.host=%s\nnamesrv.http-port=0\nnamesrv.port=%d\n"
                        .formatted(listenHost(), namesrvPorts.get(index)));
        return command("namesrv-image", "-Xmx64m", "dev.millrace.namesrv.NamesrvMain", List.of("--config", config));
    }

    @Override
    List<String> brokerCommand() {
        String config = file("broker.properties", """
                broker.port=%d
                broker.cluster=%s
                broker.name=%s
                broker.namesrv=%s
                broker.host=127.0.0.1
                broker.bind=%s
                broker.auto-create-topics=%s
                store.path=%s
                store.flush.mode=%s
                store.segment-size=%s
                store.disk.reserve=1MiB
                %s""".formatted(
                        brokerPort,
                        CLUSTER_NAME,
                        BROKER_NAME,
                        namesrvAddressForBroker(),
                        listenHost(),
                        options.createsTopics(),
                        storeFolder(),
                        options.isSyncFlush() ? "SYNC" : "ASYNC",
                        options.hasUsualFileSizes() ? "1GiB" : "64MiB",
                        options.hasShortTransactions() ? SHORT_TRANSACTIONS : TRANSACTIONS));
        return command("broker-image", "-Xmx256m", "dev.millrace.broker.BrokerMain", List.of("--config", config));
    }

    static List<String> command(String module, String heap, String mainClass, List<String> arguments) {
        Path target = Jars.ofModule(module);
        List<String> command = new ArrayList<>(List.of(
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                mainClass));
        command.addAll(arguments);
        return command;
    }
}
