package dev.millrace.client.redis;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.MessageListener;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.idempotent.IdempotenceException;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.StoreKey;
import dev.millrace.client.idempotent.WhenStoreFails;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles each message by commands that Redis runs in the same step in which it marks the message: effect and mark are both
 * there, or none of them is. Lease, waiting and cleaning of the settings are not used: of two consumers with one message the
 * first to write counts. For one Redis, alone or behind Sentinel; in a cluster a step can't touch several nodes.
 *
 * <p>Redis can't take a command back. If it refuses one (a key of another type), those before it stay: the message counts as
 * handled, the rest of its commands is left out, and that is logged as an error and counted. If it refuses the first one,
 * nothing is written, and the message comes again.
 *
 * <p>Thread-safe. The connection stays the application's; its client should be set to
 * {@code DisconnectedBehavior.REJECT_COMMANDS}.
 */
public final class RedisTransactionalListener implements MessageListener {
    private static final Logger LOG = LoggerFactory.getLogger(RedisTransactionalListener.class);
    private static final long REFUSED = 0;
    private static final long COMMITTED = 1;

    private final RedisAsyncCommands<String, String> redis;
    private final RedisSettings connection;
    private final IdempotenceSettings settings;
    private final RedisWork work;
    private final Answers answers;
    private final LongAdder committed = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder partial = new LongAdder();

    private RedisTransactionalListener(
            RedisAsyncCommands<String, String> redis,
            RedisSettings connection,
            IdempotenceSettings settings,
            RedisWork work) {
        if (settings.whenStoreFails() == WhenStoreFails.GO_ON) {
            throw new IdempotenceException("an effect in Redis can't go on without Redis; use whenStoreFails(FAIL)");
        }
        this.redis = redis;
        this.connection = connection;
        this.settings = settings;
        this.work = work;
        this.answers = new Answers(connection.timeout());
    }

    /** A scope must not be shared with listeners that use leases. */
    public static RedisTransactionalListener of(
            StatefulRedisConnection<String, String> connection,
            RedisSettings redis,
            IdempotenceSettings settings,
            RedisWork work) {
        return new RedisTransactionalListener(connection.async(), redis, settings, work);
    }

    @Override
    public ConsumeResult consume(ReceivedMessage message) throws Exception {
        String identity = settings.identity().of(message);
        String key =
                connection.keyPrefix() + StoreKey.of(settings.scope(), identity).value();
        if ("d".equals(ask("a look for a mark", () -> redis.hget(key, "s")))) {
            duplicates.increment();
            return ConsumeResult.SUCCESS;
        }
        RedisEffect effect = new RedisEffect();
        ConsumeResult result = only(work.consume(message, effect), identity);
        if (result == ConsumeResult.SUCCESS) {
            commit(key, identity, effect);
        }
        return result;
    }

    /** The result of the one message; work may also have said it for each. */
    private static ConsumeResult only(@Nullable ConsumeResult result, String identity) {
        if (result == null) {
            throw new IdempotenceException(
                    "the work gave null for message " + identity + ", so nothing was written; give a result");
        }
        return result.forMessages(1).get(0);
    }

    private void commit(String key, String identity, RedisEffect effect) {
        String[] values = effect.valuesAfter(Long.toString(settings.retention().toMillis()));
        List<Object> answer = ask("a commit", () -> Script.COMMIT.run(redis, key, values));
        long code = (Long) answer.get(0);
        if (code == COMMITTED) {
            committed.increment();
        } else if (code == REFUSED) {
            refused(identity, effect, (Long) answer.get(1), (String) answer.get(2));
        } else {
            duplicates.increment();
        }
    }

    private void refused(String identity, RedisEffect effect, long doneCount, String reason) {
        String sentence = "Redis refused command " + (doneCount + 1) + " of " + effect.commandCount()
                + " of the effect of message " + identity + ": " + reason;
        if (doneCount == 0) {
            throw new IdempotenceException(
                    sentence + "; nothing was written and the message comes again; correct the command or its key");
        }
        partial.increment();
        LOG.atError()
                .addKeyValue("consumerGroup", settings.scope())
                .addKeyValue("error", sentence)
                .log("the commands before it were run and the others were not; correct the data by hand");
    }

    private <T> T ask(String what, Supplier<CompletionStage<T>> send) {
        return answers.await(what, List.of(send), Supplier::get).get(0);
    }

    public RedisTransactionCounts counts() {
        return new RedisTransactionCounts(committed.sum(), duplicates.sum(), partial.sum());
    }
}
