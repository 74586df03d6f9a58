package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotentListener;
import dev.millrace.client.redis.RedisSettings;
import dev.millrace.client.redis.RedisStore;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class RedisIT {
    @TempDir
    Path folder = Path.of("");

    private @Nullable ServerProcess server;
    private final List<Runnable> closers = new ArrayList<>();

    @AfterEach
    void stop() {
        closers.forEach(Runnable::run);
        if (server != null && server.isRunning()) {
            server.stop();
        }
    }

    @TestFactory
    Stream<DynamicTest> redis() {
        return Stores.testsOn(StoreServer.REDIS, this::tests);
    }

    private Stream<DynamicTest> tests() {
        int port = ServerProcess.freePort();
        ServerProcess started = StoreServer.REDIS.process(folder, port);
        server = started;
        started.start();
        String uri = "redis://127.0.0.1:" + port;
        RedisStore opened = RedisStore.connect(uri, RedisSettings.defaults());
        closers.add(opened::close);
        StoreScenarios scenarios = new StoreScenarios(opened, 16_000);
        return Stream.of(
                        scenarios.ofAnyStore(),
                        Stream.of(DynamicTest.dynamicTest("lost data means duplicates", () -> lostData(uri, opened))),
                        new RedisTransactionScenarios(uri).all(),
                        scenarios.ofServer(started))
                .flatMap(tests -> tests);
    }

    @TestFactory
    Stream<DynamicTest> cluster() {
        return Stores.testsOn(StoreServer.REDIS, this::clusterTests);
    }

    /** A cluster of one node that has all slots. */
    private Stream<DynamicTest> clusterTests() {
        int port = ServerProcess.freePort();
        List<String> command = new ArrayList<>(StoreServer.REDIS.prepare(folder, port, folder.resolve("output.txt")));
        command.addAll(
                List.of("--cluster-enabled", "yes", "--cluster-port", Integer.toString(ServerProcess.freePort())));
        ServerProcess started = new ServerProcess(command, folder.resolve("output.txt"), port, "TERM");
        server = started;
        started.start();
        RedisClusterClient client = RedisClusterClient.create("redis://127.0.0.1:" + port);
        closers.add(client::shutdown);
        StatefulRedisClusterConnection<String, String> connection = client.connect();
        connection
                .sync()
                .clusterAddSlots(IntStream.range(0, SlotHash.SLOT_COUNT).toArray());
        await().until(() -> connection.sync().clusterInfo().contains("cluster_state:ok"));
        client.refreshPartitions();
        return new StoreScenarios(RedisStore.overCluster(connection, RedisSettings.defaults()), 1000).ofAnyStore();
    }

    /** While it works the record is written again; what was done before is done again. */
    private static void lostData(String uri, RedisStore store) throws Exception {
        AtomicInteger effects = new AtomicInteger();
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect();
                RedisStore shared = RedisStore.over(connection, RedisSettings.defaults());
                IdempotentListener losing = IdempotentListener.of(store, IdempotenceSettings.of("loss"), message -> {
                    connection.sync().flushall();
                    effects.incrementAndGet();
                    return ConsumeResult.SUCCESS;
                });
                IdempotentListener other = IdempotentListener.of(shared, IdempotenceSettings.of("loss"), message -> {
                    effects.incrementAndGet();
                    return ConsumeResult.SUCCESS;
                })) {
            losing.consume(Delivered.message("1"));
            other.consume(Delivered.message("1"));
            assertThat(effects).hasValue(1);

            connection.sync().scriptFlush();
            connection.sync().flushall();
            other.consume(Delivered.message("1"));
            assertThat(effects).hasValue(2);
        } finally {
            client.shutdown();
        }
    }
}
