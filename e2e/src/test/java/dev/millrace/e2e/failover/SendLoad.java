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

    /** How many were acknowledged so far. */
    public long acknowledged() {
        return count.get();
    }

    /** Each acknowledged message is stored, and what one sender had acknowledged stands in its order. */
    public void assertAllAre(List<String> stored) {
        assertThat(lost(stored)).as("acknowledged of %d and lost", count.get()).isEmpty();
        assertInOrder(stored);
    }

    /**
     * What is lost was the last of its sender at the loss of a master: another copy goes on with a whole beginning of the log.
     *
     * @return how many are lost
     */
    public int assertOnlyLastAreLost(List<String> stored, int losses) {
        Set<String> lost = Set.copyOf(lost(stored));
        Map<String, Integer> pieces = new HashMap<>();
        Map<String, Boolean> wasLost = new HashMap<>();
        for (String body : acknowledged) {
            String sender = senderOf(body);
            boolean isLost = lost.contains(body);
            if (isLost && !Boolean.TRUE.equals(wasLost.put(sender, isLost))) {
                pieces.merge(sender, 1, Integer::sum);
            }
            wasLost.put(sender, isLost);
        }
        assertThat(pieces)
                .as("pieces lost at %d losses", losses)
                .allSatisfy((sender, count) -> assertThat(count).isLessThanOrEqualTo(losses));
        assertInOrder(stored);
        return lost.size();
    }

    private List<String> lost(List<String> stored) {
        Set<String> known = Set.copyOf(stored);
        return acknowledged.stream().filter(body -> !known.contains(body)).toList();
    }

    private void assertInOrder(List<String> stored) {
        Set<String> confirmed = Set.copyOf(acknowledged);
        Map<String, List<Integer>> numbers = new HashMap<>();
        for (String body : new LinkedHashSet<>(stored)) {
            if (confirmed.contains(body)) {
                numbers.computeIfAbsent(senderOf(body), sender -> new ArrayList<>())
                        .add(Integer.parseInt(body.substring(body.indexOf(':') + 1)));
            }
        }
        numbers.forEach((sender, sent) ->
                assertThat(sent).as("order of sender %s", sender).isSorted());
    }

    private static String senderOf(String body) {
        return body.substring(0, body.indexOf(':'));
    }

    @Override
    public void close() {
        isStopped = true;
        producer.close();
    }
}
