package dev.millrace.bench.once;

import dev.millrace.cli.load.Arrivals;
import dev.millrace.cli.load.LoadTarget;
import dev.millrace.cli.load.MillraceTarget;
import dev.millrace.cli.load.SendDone;
import dev.millrace.cli.load.TargetSettings;
import dev.millrace.client.BatchListener;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.IdempotentBatchListener;
import dev.millrace.client.idempotent.MemoryStore;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import dev.millrace.client.redis.RedisSettings;
import dev.millrace.client.redis.RedisStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Our client with an idempotent listener; the store's server belongs to this process and ends with it.
 *
 * <p>Owner: the driver's main thread; sends are thread-safe.
 */
public final class OnceTarget implements LoadTarget {
    private static final int MEMORY_MAX = 4_000_000;
    private static final long TABLE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Where the marks are. */
    public enum Store {
        MEMORY,
        REDIS,
        POSTGRES
    }

    private final Store kind;
    private final MillraceTarget target = new MillraceTarget(Map.of(), this::once);
    private @Nullable StoreServer server;
    private @Nullable IdempotenceStore store;
    private @Nullable IdempotentBatchListener listener;

    public OnceTarget(Store kind) {
        this.kind = kind;
    }

    @Override
    public void open(TargetSettings settings) throws Exception {
        // The turn's scratch folder, which is deleted at its end.
        Path folder = Path.of(System.getProperty("user.home"));
        store = switch (kind) {
            case MEMORY -> MemoryStore.ofSize(MEMORY_MAX);
            case REDIS -> redis(folder);
            case POSTGRES -> postgres(folder);
        };
        target.open(settings);
    }

    private IdempotenceStore redis(Path folder) throws IOException {
        var started = StoreServer.redis(folder);
        server = started;
        return RedisStore.connect("redis://127.0.0.1:" + started.port(), RedisSettings.defaults());
    }

    private IdempotenceStore postgres(Path folder) throws IOException, InterruptedException {
        var started = StoreServer.postgres(folder);
        server = started;
        var connections =
                new KeptConnections("jdbc:postgresql://127.0.0.1:" + started.port() + "/postgres?user=millrace");
        var opened = JdbcStore.of(connections.source(), JdbcSettings.defaults());
        // It listens a little earlier than it serves.
        retried(opened::createTable);
        return opened;
    }

    private static void retried(Runnable step) {
        long deadline = System.nanoTime() + TABLE_TIMEOUT_NANOS;
        while (true) {
            try {
                step.run();
                return;
            } catch (RuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private BatchListener once(BatchListener plain) {
        var opened = store;
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        var protecting = IdempotentBatchListener.of(opened, IdempotenceSettings.of("bench"), plain);
        listener = protecting;
        return protecting;
    }

    @Override
    public void send(int queue, byte[] body) {
        target.send(queue, body);
    }

    @Override
    public void sendAsync(int queue, byte[] body, SendDone done) {
        target.sendAsync(queue, body, done);
    }

    @Override
    public void flush() {
        target.flush();
    }

    @Override
    public void startDrain(Arrivals arrivals) {
        target.startDrain(arrivals);
    }

    @Override
    public void close() {
        target.close();
        if (listener != null) {
            listener.close();
        }
        if (store != null) {
            store.close();
        }
        if (server != null) {
            server.close();
        }
    }
}
