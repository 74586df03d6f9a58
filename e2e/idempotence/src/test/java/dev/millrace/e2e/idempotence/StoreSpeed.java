package dev.millrace.e2e.idempotence;

import dev.millrace.client.BatchListener;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.IdempotentBatchListener;
import dev.millrace.client.idempotent.MemoryStore;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import dev.millrace.client.jdbc.TransactionalBatchListener;
import dev.millrace.client.redis.RedisSettings;
import dev.millrace.client.redis.RedisStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import javax.sql.DataSource;

/**
 * Prints how many messages a second go through a listener that does nothing, for each store that is installed, with its
 * default durability. Argument: seconds for each figure.
 */
final class StoreSpeed {
    private static final int[] BATCHES = {1, 32};
    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private final long runNanos;
    private final AtomicLong ids = new AtomicLong();

    private StoreSpeed(int seconds) {
        this.runNanos = seconds * NANOS_A_SECOND;
    }

    public static void main(String[] arguments) throws Exception {
        StoreSpeed speed = new StoreSpeed(Integer.parseInt(arguments[0]));
        speed.lease("memory", MemoryStore.ofSize(1_000_000));
        for (StoreServer kind : StoreServer.values()) {
            if (kind.missing().isPresent()) {
                System.out.println(kind.missing().get());
            } else {
                speed.server(kind);
            }
        }
        System.exit(0);
    }

    private void server(StoreServer kind) throws Exception {
        Path folder = Files.createTempDirectory("speed");
        int port = ServerProcess.freePort();
        ServerProcess server = kind.process(folder, port);
        server.start();
        if (kind == StoreServer.REDIS) {
            try (RedisStore store = RedisStore.connect("redis://127.0.0.1:" + port, RedisSettings.defaults())) {
                lease("redis, appendfsync everysec", store);
            }
        } else {
            DataSource source = kind == StoreServer.POSTGRESQL ? StoreServer.postgres(port) : StoreServer.mariaDb(port);
            JdbcStore store = JdbcStore.of(source, JdbcSettings.defaults());
            store.createTable();
            lease(kind + " lease", store);
            transactions(kind + " transaction", source);
        }
        server.stop();
    }

    private void lease(String name, IdempotenceStore store) throws Exception {
        for (int batch : BATCHES) {
            try (IdempotentBatchListener listener = IdempotentBatchListener.of(
                    store, IdempotenceSettings.of("speed"), messages -> ConsumeResult.SUCCESS)) {
                measure(name, batch, listener);
            }
        }
    }

    private void transactions(String name, DataSource source) throws Exception {
        try (var connection = source.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE effects (id VARCHAR(64) NOT NULL)");
        }
        for (int batch : BATCHES) {
            BatchListener listener = TransactionalBatchListener.of(
                    source, JdbcSettings.defaults(), IdempotenceSettings.of("tx"), (messages, connection) -> {
                        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO effects VALUES (?)")) {
                            for (ReceivedMessage message : messages) {
                                insert.setString(1, message.messageId());
                                insert.addBatch();
                            }
                            insert.executeBatch();
                        }
                        return ConsumeResult.SUCCESS;
                    });
            measure(name + " with an insert", batch, listener);
        }
    }

    /** Once to warm up, then for the figure. */
    private void measure(String name, int batch, BatchListener listener) throws Exception {
        run(batch, listener, runNanos / 2);
        long count = run(batch, listener, runNanos);
        System.out.printf(
                "%-40s batch %3d, %d threads: %,10d messages/s%n",
                name, batch, Swarm.THREADS, count * NANOS_A_SECOND / runNanos);
    }

    private long run(int batch, BatchListener listener, long forNanos) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(Swarm.THREADS);
        long end = System.nanoTime() + forNanos;
        List<Future<Long>> running = new ArrayList<>();
        for (int i = 0; i < Swarm.THREADS; i++) {
            running.add(threads.submit(() -> deliver(batch, listener, end)));
        }
        long count = 0;
        for (Future<Long> each : running) {
            count += each.get();
        }
        threads.shutdown();
        return count;
    }

    private long deliver(int batch, BatchListener listener, long end) throws Exception {
        long count = 0;
        while (System.nanoTime() < end) {
            long first = ids.getAndAdd(batch);
            List<ReceivedMessage> messages = LongStream.range(first, first + batch)
                    .mapToObj(id -> Delivered.message("7F0000010B5C18B4AAC2" + id))
                    .toList();
            count += listener.consume(messages) == ConsumeResult.SUCCESS ? batch : 0;
        }
        return count;
    }
}
