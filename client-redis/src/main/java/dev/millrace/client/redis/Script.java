package dev.millrace.client.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisScriptingAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * One step on one record, atomic in Redis. Each touches a single key, {@link #COMMIT} those of its commands too.
 *
 * <pre>
 * key     prefix + scope + "/" + identity
 * type    hash
 * s       l leased, d done
 * t       fencing token: time of Redis in microseconds, or one more than the last if that is larger
 * u       end of the lease: time of Redis in milliseconds since 1970; not there when done
 * expiry  done: the retention; leased or given back: ten minutes after the end of the lease, so that tokens go on growing
 * </pre>
 *
 * <p>Thread-safe: immutable.
 */
enum Script {
    /** Lease in ms → {1, token}, {2, 0} done, or {0, ms left}. */
    CLAIM(ScriptOutputType.MULTI, """
            local record = redis.call('HMGET', KEYS[1], 's', 't', 'u')
            if record[1] == 'd' then return {2, 0} end
            local clock = redis.call('TIME')
            local token = clock[1] * 1000000 + clock[2]
            local now = math.floor(token / 1000)
            if record[1] then
              local left = tonumber(record[3]) - now
              if left > 0 then return {0, left} end
              token = math.max(token, tonumber(record[2]) + 1)
            end
            local over = string.format('%.0f', now + ARGV[1])
            redis.call('HSET', KEYS[1], 's', 'l', 't', string.format('%.0f', token), 'u', over)
            redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[1] + 600000))
            return {1, token}
            """),
    /** Token, lease in ms → 1, or 0: another has it. */
    RENEW(ScriptOutputType.INTEGER, """
            local record = redis.call('HMGET', KEYS[1], 's', 't')
            if record[1] and (record[1] == 'd' or record[2] ~= ARGV[1]) then return 0 end
            local clock = redis.call('TIME')
            local over = string.format('%.0f', math.floor(clock[1] * 1000 + clock[2] / 1000) + ARGV[2])
            redis.call('HSET', KEYS[1], 's', 'l', 't', ARGV[1], 'u', over)
            redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[2] + 600000))
            return 1
            """),
    /** Token, retention in ms → 1, or 0: another has it. */
    COMPLETE(ScriptOutputType.INTEGER, """
            local token = redis.call('HGET', KEYS[1], 't')
            if token and token ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 's', 'd', 't', ARGV[1])
            redis.call('HDEL', KEYS[1], 'u')
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            return 1
            """),
    /** Token → 1, or 0: another has it. Leaves the next token, so that a renewal that comes late finds another's. */
    RELEASE(ScriptOutputType.INTEGER, """
            local record = redis.call('HMGET', KEYS[1], 's', 't')
            if record[1] ~= 'l' or record[2] ~= ARGV[1] then return 0 end
            redis.call('HSET', KEYS[1], 't', string.format('%.0f', tonumber(ARGV[1]) + 1), 'u', '0')
            redis.call('PEXPIRE', KEYS[1], 600000)
            return 1
            """),
    /**
     * Retention in ms, then for each command the number of its words and its words → {1, count} done, {2} marked before, or
     * {0, count of those that were run, text} at the first that is refused. Marks first: a full Redis refuses that, and
     * nothing happens.
     */
    COMMIT(ScriptOutputType.MULTI, """
            if redis.call('HGET', KEYS[1], 's') == 'd' then return {2} end
            local clock = redis.call('TIME')
            redis.call('HSET', KEYS[1], 's', 'd', 't', string.format('%.0f', clock[1] * 1000000 + clock[2]))
            redis.call('HDEL', KEYS[1], 'u')
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            local at = 2
            local done = 0
            while at <= #ARGV do
              local words = tonumber(ARGV[at])
              local answer = redis.pcall(unpack(ARGV, at + 1, at + words))
              if type(answer) == 'table' and answer.err then
                if done == 0 then redis.call('DEL', KEYS[1]) end
                return {0, done, answer.err}
              end
              done = done + 1
              at = at + words + 1
            end
            return {1, done}
            """);

    private final ScriptOutputType type;
    private final String text;
    private final String digest;

    Script(ScriptOutputType type, String text) {
        this.type = type;
        this.text = text;
        this.digest = sha1(text);
    }

    /** Sends it by its digest; a Redis that does not know it yet gets the text. */
    <T> CompletionStage<T> run(RedisScriptingAsyncCommands<String, String> redis, String key, String... values) {
        String[] keys = {key};
        return redis.<T>evalsha(digest, type, keys, values).exceptionallyCompose(fault -> {
            Throwable cause = fault instanceof CompletionException ? fault.getCause() : fault;
            if (cause instanceof RedisNoScriptException) {
                return redis.<T>eval(text, type, keys, values);
            }
            throw new CompletionException(cause);
        });
    }

    private static String sha1(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }
}
