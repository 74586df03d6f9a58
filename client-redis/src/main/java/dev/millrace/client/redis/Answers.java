package dev.millrace.client.redis;

import dev.millrace.client.idempotent.IdempotenceException;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Sends to Redis and waits, for a timeout at most. Thread-safe: immutable. */
record Answers(Duration timeout) {
    /** Sends for all, then waits for all; one that fails fails the call. */
    <K, T> List<T> await(String what, List<K> all, Function<K, CompletionStage<T>> send) {
        List<CompletableFuture<T>> answers = new ArrayList<>(all.size());
        try {
            all.forEach(each -> answers.add(send.apply(each).toCompletableFuture()));
            CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            answers.forEach(answer -> answer.cancel(false));
            throw new IdempotenceException(
                    what + " had no answer from Redis in " + timeout.toMillis()
                            + " ms; look for an overloaded or unreachable Redis, or allow more time",
                    e);
        } catch (ExecutionException | RedisException e) {
            throw failure(what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IdempotenceException(what + " was interrupted; it may have had its effect", e);
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    static IdempotenceException failure(String what, Exception e) {
        Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        return new IdempotenceException(
                what + " failed in Redis: " + cause.getMessage()
                        + "; check that Redis runs, is reachable and accepts writes",
                e);
    }
}
