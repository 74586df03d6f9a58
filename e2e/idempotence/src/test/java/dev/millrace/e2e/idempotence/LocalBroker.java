package dev.millrace.e2e.idempotence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A NameServer and a broker as processes of their own. Owner: one test. */
final class LocalBroker implements AutoCloseable {
    private final Path folder;
    private final int namesrvPort = ServerProcess.freePort();
    private final ServerProcess namesrv;
    private final ServerProcess broker;

    private LocalBroker(Path folder) throws IOException {
        this.folder = folder;
        int brokerPort = ServerProcess.freePort();
        namesrv = server(
                "namesrv-image",
                "dev.millrace.namesrv.NamesrvMain",
                namesrvPort,
                "namesrv.host=127.0.0.1\nnamesrv.http-port=0\nnamesrv.port=%d\n".formatted(namesrvPort));
        broker = server("broker-image", "dev.millrace.broker.BrokerMain", brokerPort, """
                broker.port=%d
                broker.name=a
                broker.namesrv=127.0.0.1:%d
                broker.host=127.0.0.1
                store.path=%s
                store.segment-size=64MiB
                store.disk.reserve=1MiB
                """.formatted(
                        brokerPort, namesrvPort, folder.resolve("store")));
    }

    static LocalBroker start(Path folder) throws IOException {
        LocalBroker servers = new LocalBroker(folder);
        servers.namesrv.start();
        servers.broker.start();
        return servers;
    }

    private ServerProcess server(String module, String mainClass, int port, String settings) throws IOException {
        Path target = Path.of("../..", module, "target").toAbsolutePath().normalize();
        Path config = Files.writeString(folder.resolve(module + ".properties"), settings);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                target.resolve("classes") + ":" + target.resolve("lib") + "/*",
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                mainClass,
                "--config",
                config.toString());
        return new ServerProcess(command, folder.resolve(module + ".txt"), port, "TERM");
    }

    String namesrvAddress() {
        return "127.0.0.1:" + namesrvPort;
    }

    @Override
    public void close() {
        broker.stop();
        namesrv.stop();
    }
}
