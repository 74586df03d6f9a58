package dev.millrace.client.redis;

import dev.millrace.client.idempotent.Claim;
import dev.millrace.client.idempotent.ClaimOutcome;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.StoreKey;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Marks in Redis 5 or later, alone or as a cluster. Records expire by themselves. Leases count by the time of
 * Redis. Several keys go out in one write.
 *
 * <p>Thread-safe. A mark is as durable as Redis is set up to be; see {@code docs/idempotence.md} for persistence, replicas and
 * eviction.
 */
public final class RedisStore implements IdempotenceStore {
    /** Commands that wait for their answer; more are refused at once. */
    private static final int REQUESTS_MAX = 16_384;

    private static final long CLAIMED = 1;
    private static final long DONE = 2;

    private final RedisScriptingAsyncCommands<String, String> redis;
    private final RedisSettings settings;
    private final Answers answers;
    private final Runnable close;

    private RedisStore(RedisScriptingAsyncCommands<String, String> redis, RedisSettings settings, Runnable close) {
        this.redis = redis;
        this.settings = settings;
        this.answers = new Answers(settings.timeout());
        this.close = close;
    }

    /**
     * Opens a client of its own, which refuses commands while there is no connection and connects again by itself.
     *
     * @param uri as Lettuce reads it: {@code redis://password@host:6379/0}, {@code rediss://…}, {@code redis-sentinel://…}
     */
    public static RedisStore connect(String uri, RedisSettings settings) {
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(REQUESTS_MAX)
                .build());
        try {
            return new RedisStore(client.connect().async(), settings, client::shutdown);
        } catch (RedisException e) {
            client.shutdown();
            throw Answers.failure("connecting", e);
        }
    }

    /**
     * Uses a connection of the application, which stays open. Its client should be set to
     * {@code DisconnectedBehavior.REJECT_COMMANDS}: else commands wait, up to the timeout, while Redis is away.
     */
    public static RedisStore over(StatefulRedisConnection<String, String> connection, RedisSettings settings) {
        return new RedisStore(connection.async(), settings, () -> {});
    }

    /** Uses a connection of the application to a cluster, which stays open. Each key lives on one node. */
    public static RedisStore overCluster(
            StatefulRedisClusterConnection<String, String> connection, RedisSettings settings) {
        return new RedisStore(connection.async(), settings, () -> {});
    }

    @Override
    public ClaimOutcome claim(StoreKey key, Duration lease) {
        return claimAll(List.of(key), lease).get(0);
    }

    @Override
    public boolean renew(Claim claim, Duration lease) {
        return renewAll(List.of(claim), lease).get(0);
    }

    @Override
    public boolean complete(Claim claim, Duration retention) {
        return completeAll(List.of(claim), retention).get(0);
    }

    @Override
    public void release(Claim claim) {
        isDone("a release", List.of(claim), each -> run(Script.RELEASE, each.key(), token(each)));
    }

    @Override
    public List<ClaimOutcome> claimAll(List<StoreKey> keys, Duration lease) {
        String leaseMs = Long.toString(lease.toMillis());
        List<List<Long>> claims =
                answers.await("a claim", keys, key -> Script.CLAIM.<List<Long>>run(redis, name(key), leaseMs));
        List<ClaimOutcome> outcomes = new ArrayList<>(keys.size());
        for (int i = 0; i < keys.size(); i++) {
            outcomes.add(outcome(keys.get(i), claims.get(i)));
        }
        return outcomes;
    }

    private static ClaimOutcome outcome(StoreKey key, List<Long> answer) {
        long code = answer.get(0);
        if (code == CLAIMED) {
            return new ClaimOutcome.Claimed(new Claim(key, answer.get(1)));
        }
        return code == DONE ? new ClaimOutcome.Done() : new ClaimOutcome.Held(Duration.ofMillis(answer.get(1)));
    }

    @Override
    public List<Boolean> renewAll(List<Claim> claims, Duration lease) {
        String leaseMs = Long.toString(lease.toMillis());
        return isDone("a renewal", claims, claim -> run(Script.RENEW, claim.key(), token(claim), leaseMs));
    }

    @Override
    public List<Boolean> completeAll(List<Claim> claims, Duration retention) {
        String retentionMs = Long.toString(retention.toMillis());
        return isDone("a completion", claims, claim -> run(Script.COMPLETE, claim.key(), token(claim), retentionMs));
    }

    private CompletionStage<Long> run(Script script, StoreKey key, String... values) {
        return script.run(redis, name(key), values);
    }

    private String name(StoreKey key) {
        return settings.keyPrefix() + key.value();
    }

    private static String token(Claim claim) {
        return Long.toString(claim.fencingToken());
    }

    private List<Boolean> isDone(String what, List<Claim> claims, Function<Claim, CompletionStage<Long>> send) {
        return answers.await(what, claims, send).stream().map(code -> code == 1).toList();
    }

    @Override
    public void close() {
        close.run();
    }
}
