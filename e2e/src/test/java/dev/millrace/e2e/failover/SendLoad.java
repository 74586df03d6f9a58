package dev.millrace.e2e.failover;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ClientException;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Threads that send one message after the other, each to a queue of its own choice by key, and remember what was
 * acknowledged.
 *
 * <p>Owner: the test; senders are threads of its own.
 */
public final class SendLoad implements AutoCloseable {
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final int MORE = 200;

    private final Producer producer;
    private final String topic;
    private final Gaps gaps;
    private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong count = new AtomicLong();
    private final CountDownLatch ended;
    private volatile boolean isStopped;

    private SendLoad(Producer producer, String topic, int senders, Gaps gaps) {
        this.producer = producer;
        this.topic = topic;
        this.gaps = gaps;
        this.ended = new CountDownLatch(senders);
    }

    public static SendLoad start(MillraceClient client, String topic, int senders, Gaps gaps) {
        Producer producer = client.producer().sendTimeout(SEND_TIMEOUT).build();
        SendLoad load = new SendLoad(producer, topic, senders, gaps);
        for (int sender = 0; sender < senders; sender++) {
            int number = sender;
            Thread.ofPlatform().daemon().name("sender-" + sender).start(() -> load.send(number));
        }
        return load;
    }

    private void send(int sender) {
        try {
            for (int number = 0; !isStopped; number++) {
                String body = sender + ":" + number;
                try {
                    producer.send(Message.of(topic, body.getBytes(UTF_8)), QueueChoice.byKey("s" + sender));
                    acknowledged.add(body);
                    gaps.acknowledged();
                    count.incrementAndGet();
                } catch (ClientException e) {
                    failures.add(body + " " + e.getMessage());
                }
            }
        } finally {
            ended.countDown();
        }
    }

    /** Waits until more sends were acknowledged. */
    public void awaitMore() {
        long wanted = count.get() + MORE;
        try {
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> count.get() >= wanted);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    count.get() + " sends acknowledged, " + wanted + " wanted; failed sends: " + failures, e);
        }
    }

    /** Ends the load; what is under way is waited for. */
    public void stop() {
        isStopped = true;
        Awaitility.await().atMost(WAIT_MAX).until(() -> ended.getCount() == 0);
    }

    /** Sends that failed for good, with what the client said. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    /** Each acknowledged message is stored, and what one sender had acknowledged stands in its order. */
    public void assertAllAre(List<String> stored) {
        Set<String> known = new LinkedHashSet<>(stored);
        List<String> lost =
                acknowledged.stream().filter(body -> !known.contains(body)).toList();
        assertThat(lost).as("acknowledged of %d and lost", acknowledged.size()).isEmpty();
        Map<String, List<Integer>> numbers = new HashMap<>();
        Set<String> confirmed = Set.copyOf(acknowledged);
        for (String body : known) {
            if (confirmed.contains(body)) {
                int colon = body.indexOf(':');
                numbers.computeIfAbsent(body.substring(0, colon), sender -> new ArrayList<>())
                        .add(Integer.parseInt(body.substring(colon + 1)));
            }
        }
        numbers.forEach((sender, sent) ->
                assertThat(sent).as("order of sender %s", sender).isSorted());
    }

    @Override
    public void close() {
        isStopped = true;
        producer.close();
    }
}
