package dev.millrace.e2e.idempotence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.idempotent.IdempotenceException;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.redis.RedisEffect;
import dev.millrace.client.redis.RedisSettings;
import dev.millrace.client.redis.RedisTransactionCounts;
import dev.millrace.client.redis.RedisTransactionalListener;
import dev.millrace.client.redis.RedisWork;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Effects that are Redis commands, in one step with the mark. Owner: one test class. */
final class RedisTransactionScenarios {
    private static final int IDS = 2000;
    private static final long SEED = 4711;

    private final String uri;

    RedisTransactionScenarios(String uri) {
        this.uri = uri;
    }

    Stream<DynamicTest> all() {
        return Stream.of(
                DynamicTest.dynamicTest("effect and mark are written once, seed " + SEED, this::writesOnce),
                DynamicTest.dynamicTest("RETRY and exceptions write nothing", this::writesNothing),
                DynamicTest.dynamicTest("a result said for each message counts", this::saidForEach),
                DynamicTest.dynamicTest("null writes nothing", this::nothingForNull),
                DynamicTest.dynamicTest("what Redis refuses", this::refused));
    }

    private interface Step {
        void run(StatefulRedisConnection<String, String> connection) throws Exception;
    }

    private void connected(Step step) throws Exception {
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            step.run(connection);
        } finally {
            client.shutdown();
        }
    }

    private static RedisTransactionalListener listener(
            StatefulRedisConnection<String, String> connection, String scope, RedisWork work) {
        return RedisTransactionalListener.of(connection, RedisSettings.defaults(), IdempotenceSettings.of(scope), work);
    }

    private void writesOnce() throws Exception {
        connected(connection -> {
            List<String> ids = IntStream.range(0, IDS).mapToObj(i -> "rtx-" + i).toList();
            Random random = new Random(SEED);
            RedisTransactionalListener listener = listener(connection, "rtx", (message, effect) -> {
                effect.add("INCR", "count:" + message.messageId()).add("INCRBY", "sum", "3");
                return random.nextInt(10) == 0 ? ConsumeResult.RETRY : ConsumeResult.SUCCESS;
            });

            int failures = new Swarm(ids, SEED).run(listener);

            assertThat(failures).isPositive();
            assertThat(connection.sync().get("sum")).isEqualTo(Integer.toString(3 * IDS));
            assertThat(ids)
                    .allSatisfy(id ->
                            assertThat(connection.sync().get("count:" + id)).isEqualTo("1"));
            assertThat(listener.counts()).isEqualTo(new RedisTransactionCounts(IDS, (Swarm.TIMES - 1) * IDS, 0));
        });
    }

    private void writesNothing() throws Exception {
        connected(connection -> {
            RedisTransactionalListener failing = listener(connection, "nothing", (message, effect) -> {
                effect.add("SET", "nothing", "x");
                throw new IllegalStateException("on purpose");
            });
            RedisTransactionalListener going = listener(connection, "nothing", (message, effect) -> {
                effect.add("SET", "nothing", "done");
                return ConsumeResult.SUCCESS;
            });

            assertThatThrownBy(() -> failing.consume(Delivered.message("1"))).hasMessage("on purpose");
            assertThat(connection.sync().exists("nothing")).isZero();
            assertThat(going.consume(Delivered.message("1"))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(connection.sync().get("nothing")).isEqualTo("done");
            // Marked: the work is not asked for again.
            assertThat(failing.consume(Delivered.message("1"))).isEqualTo(ConsumeResult.SUCCESS);
        });
    }

    private void saidForEach() throws Exception {
        connected(connection -> {
            RedisTransactionalListener retrying = listener(connection, "each", (message, effect) -> {
                effect.add("INCR", "each");
                return ConsumeResult.each(List.of(ConsumeResult.RETRY));
            });
            RedisTransactionalListener listener = listener(connection, "each", (message, effect) -> {
                effect.add("INCR", "each");
                return ConsumeResult.each(List.of(ConsumeResult.SUCCESS));
            });

            assertThat(retrying.consume(Delivered.message("1"))).isEqualTo(ConsumeResult.RETRY);
            assertThat(connection.sync().exists("each")).isZero();
            assertThat(listener.consume(Delivered.message("1"))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(listener.consume(Delivered.message("1"))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(connection.sync().get("each")).isEqualTo("1");
        });
    }

    @SuppressWarnings("NullAway") // An application need not check for nulls.
    private void nothingForNull() throws Exception {
        connected(connection -> {
            RedisTransactionalListener listener = listener(connection, "null", (message, effect) -> {
                effect.add("INCR", "null");
                return null;
            });

            assertThatThrownBy(() -> listener.consume(Delivered.message("1")))
                    .isInstanceOf(IdempotenceException.class)
                    .hasMessageContainingAll("null for message", "nothing was written", "give a result");
            assertThat(connection.sync().exists("null")).isZero();
        });
    }

    private void refused() throws Exception {
        connected(connection -> {
            connection.sync().rpush("a-list", "x");
            RedisTransactionalListener first = effects(connection, effect -> effect.add("INCR", "a-list"));
            RedisTransactionalListener second = effects(
                    connection,
                    effect ->
                            effect.add("INCR", "a-count").add("INCR", "a-list").add("INCR", "a-count"));
            RedisTransactionalListener unknown = effects(connection, effect -> effect.add("NOSUCH"));

            assertThatThrownBy(() -> first.consume(Delivered.message("r1")))
                    .isInstanceOf(IdempotenceException.class)
                    .hasMessageContainingAll("command 1 of 1", "r1", "WRONGTYPE", "nothing was written", "correct");
            assertThatThrownBy(() -> unknown.consume(Delivered.message("r1")))
                    .isInstanceOf(IdempotenceException.class)
                    .hasMessageContaining("command 1 of 1");
            assertThat(second.consume(Delivered.message("r1"))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(second.counts().partial()).isEqualTo(1);
            assertThat(second.consume(Delivered.message("r1"))).isEqualTo(ConsumeResult.SUCCESS);
            assertThat(connection.sync().get("a-count")).isEqualTo("1");
        });
    }

    private static RedisTransactionalListener effects(
            StatefulRedisConnection<String, String> connection, Consumer<RedisEffect> add) {
        return listener(connection, "refused", (message, effect) -> {
            add.accept(effect);
            return ConsumeResult.SUCCESS;
        });
    }
}
