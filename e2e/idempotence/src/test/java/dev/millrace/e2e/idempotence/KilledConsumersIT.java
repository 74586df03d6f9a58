package dev.millrace.e2e.idempotence;

import dev.millrace.e2e.idempotence.Effects.Mode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three consumer processes are killed at random, over and over. Effects that are written together with their mark happen
 * once each; others happen again only when a process was killed between effect and mark.
 */
class KilledConsumersIT {
    @TempDir
    Path folder = Path.of("");

    private final Deque<Runnable> closers = new ArrayDeque<>();

    @AfterEach
    void stop() {
        closers.forEach(Runnable::run);
    }

    @TestFactory
    Stream<DynamicTest> redis() {
        return shows(StoreServer.REDIS);
    }

    @TestFactory
    Stream<DynamicTest> postgres() {
        return shows(StoreServer.POSTGRESQL);
    }

    @TestFactory
    Stream<DynamicTest> mariaDb() {
        return shows(StoreServer.MARIADB);
    }

    private Stream<DynamicTest> shows(StoreServer kind) {
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        return Stores.testsOn(
                kind,
                () -> Stream.of(Mode.values())
                        .map(mode -> DynamicTest.dynamicTest(
                                "killed consumers, " + kind + ", " + mode + ", seed " + seed,
                                () -> show(kind, mode, seed))));
    }

    private void show(StoreServer kind, Mode mode, long seed) throws Exception {
        Path data = Files.createDirectory(folder.resolve(kind + "-" + mode));
        Path logs = Files.createDirectory(folder.resolve("logs-" + kind + "-" + mode));
        // PostgreSQL runs as another user, who has to get at its folder.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        int port = ServerProcess.freePort();
        ServerProcess store = kind.process(data, port);
        store.start();
        closers.push(() -> {
            if (store.isRunning()) {
                store.stop();
            }
        });
        try (LocalBroker servers = LocalBroker.start(logs);
                KilledConsumers consumers = new KilledConsumers(servers, kind, port, mode, seed, logs)) {
            consumers.run();
        }
        store.stop();
    }
}
