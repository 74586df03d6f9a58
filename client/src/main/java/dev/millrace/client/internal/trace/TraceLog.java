package dev.millrace.client.internal.trace;

import dev.millrace.client.ClientException;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.SendResult;
import dev.millrace.client.TraceCounts;
import dev.millrace.client.internal.net.Faults;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trace records that wait to be sent. What finds no room is dropped and counted: tracing never holds up what it traces.
 *
 * <p>Thread-safe: a bounded queue; one thread at a time takes from it and sends.
 */
public final class TraceLog {
    private static final Logger LOG = LoggerFactory.getLogger(TraceLog.class);
    private static final int WAITING_MAX = 16_384;
    /** Of one trace message; its keys must fit into its properties. */
    private static final int TEXT_LENGTH_MAX = 96 * 1024;

    private static final int KEYS_LENGTH_MAX = 16 * 1024;
    private static final int MESSAGES_A_FLUSH = 64;
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(3);

    private final String topic;
    private final Producer producer;
    private final ArrayBlockingQueue<TraceEntry> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
    private final AtomicLong recorded = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean isFlushing = new AtomicBoolean();
    private final AtomicBoolean hasWarned = new AtomicBoolean();

    /** @param producer sends the trace messages; not traced itself, closed with this */
    public TraceLog(String topic, Producer producer) {
        this.topic = topic;
        this.producer = producer;
    }

    String topic() {
        return topic;
    }

    void add(TraceEntry entry) {
        recorded.incrementAndGet();
        if (!waiting.offer(entry)) {
            dropped.incrementAndGet();
        }
    }

    public TraceCounts counts() {
        return new TraceCounts(recorded.get(), sent.get(), dropped.get());
    }

    /** Sends what waits, up to a bound; on the timer thread. */
    public void flush() {
        if (!isFlushing.compareAndSet(false, true)) {
            return;
        }
        try {
            for (int i = 0; i < MESSAGES_A_FLUSH && !waiting.isEmpty(); i++) {
                sendSome();
            }
        } finally {
            isFlushing.set(false);
        }
    }

    private CompletableFuture<Boolean> sendSome() {
        StringBuilder text = new StringBuilder();
        Set<String> keys = new LinkedHashSet<>();
        int keysLength = 0;
        int count = 0;
        TraceEntry next = waiting.poll();
        while (next != null) {
            text.append(next.text());
            count++;
            for (String key : next.keys()) {
                keysLength += keys.add(key) ? key.length() + 1 : 0;
            }
            boolean isFull = text.length() >= TEXT_LENGTH_MAX || keysLength >= KEYS_LENGTH_MAX;
            next = isFull ? null : waiting.poll();
        }
        return send(text.toString(), keys, count);
    }

    private CompletableFuture<Boolean> send(String text, Set<String> keys, int count) {
        if (count == 0) {
            return CompletableFuture.completedFuture(true);
        }
        return sendAsync(text, keys).handle((stored, fault) -> {
            (fault == null ? sent : dropped).addAndGet(count);
            if (fault != null && hasWarned.compareAndSet(false, true)) {
                LOG.atWarn()
                        .addKeyValue("topic", topic)
                        .addKeyValue("error", Faults.of(fault).getMessage())
                        .log("trace records not stored; they are dropped and counted, this is said once");
            }
            return fault == null;
        });
    }

    private CompletableFuture<SendResult> sendAsync(String text, Set<String> keys) {
        try {
            Message message = Message.of(topic, text.getBytes(StandardCharsets.UTF_8));
            return producer.sendAsync(keys.isEmpty() ? message : message.withKeys(List.copyOf(keys)));
        } catch (ClientException e) {
            return CompletableFuture.failedFuture(e); // a key of another client's message that ours may not have
        }
    }

    /** Sends what waits, and waits some seconds for that. */
    public void close() {
        try {
            for (int i = 0; i < MESSAGES_A_FLUSH && !waiting.isEmpty(); i++) {
                sendSome().get(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | ClientException e) {
            LOG.atDebug().addKeyValue("topic", topic).log("trace records are lost with the end of the client");
        }
        producer.close();
    }
}
