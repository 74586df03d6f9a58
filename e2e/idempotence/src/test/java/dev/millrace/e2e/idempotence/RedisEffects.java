package dev.millrace.e2e.idempotence;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.idempotent.IdempotentListener;
import dev.millrace.client.redis.RedisSettings;
import dev.millrace.client.redis.RedisStore;
import dev.millrace.client.redis.RedisTransactionalListener;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;

/** A counter for each message, and a list of what happened. Owner: one process. */
final class RedisEffects implements Effects {
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;

    RedisEffects(int port) {
        client = RedisClient.create("redis://127.0.0.1:" + port);
        connection = client.connect();
    }

    @Override
    public void prepare(Mode mode) {
        connection.sync().ping();
    }

    private static String list(Mode mode) {
        return "effects:" + mode;
    }

    private static String counter(String message) {
        return "effect:" + message;
    }

    @Override
    public MessageListener listener(Mode mode, String process) {
        Pauses pauses = new Pauses(process);
        RedisSettings settings = RedisSettings.defaults();
        if (mode == Mode.TOGETHER) {
            return RedisTransactionalListener.of(
                    connection, settings, ConsumerMain.settings(mode), (message, effect) -> {
                        String text = ConsumerMain.text(message);
                        pauses.pause();
                        effect.add("INCR", counter(text)).add("RPUSH", list(mode), text + " " + process);
                        return ConsumeResult.SUCCESS;
                    });
        }
        return IdempotentListener.of(RedisStore.over(connection, settings), ConsumerMain.settings(mode), message -> {
            pauses.pause();
            connection.sync().rpush(list(mode), ConsumerMain.text(message) + " " + process);
            pauses.pause();
            return ConsumeResult.SUCCESS;
        });
    }

    @Override
    public List<Effect> happened(Mode mode) {
        return connection.sync().lrange(list(mode), 0, -1).stream()
                .map(line -> line.split(" ", -1))
                .map(words -> new Effect(words[0], words[1]))
                .toList();
    }

    /** The counter of a message, which only {@link Mode#TOGETHER} counts. */
    String count(String message) {
        return connection.sync().get(counter(message));
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
