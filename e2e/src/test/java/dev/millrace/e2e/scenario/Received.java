package dev.millrace.e2e.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.common.message.MessageExt;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;

/** Messages a listener got, in the order it got them. Thread-safe: one lock. */
final class Received {

    private static final Duration WAIT_MAX = Duration.ofSeconds(40);
    private static final Duration PROGRESS_MAX = Duration.ofMinutes(4);

    private final List<MessageExt> messages = new ArrayList<>();

    synchronized void addAll(Collection<MessageExt> more) {
        messages.addAll(more);
    }

    synchronized List<MessageExt> messages() {
        return List.copyOf(messages);
    }

    List<String> bodies() {
        return messages().stream().map(Clients::body).toList();
    }

    Set<String> distinctBodies() {
        return messages().stream().map(Clients::body).collect(Collectors.toSet());
    }

    /** A listener that takes everything. */
    void listenConcurrently(DefaultMQPushConsumer consumer) {
        MessageListenerConcurrently listener = (batch, context) -> {
            addAll(batch);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        };
        consumer.registerMessageListener(listener);
    }

    /** A listener that takes everything, one queue after the other. */
    void listenOrderly(DefaultMQPushConsumer consumer) {
        MessageListenerOrderly listener = (batch, context) -> {
            addAll(batch);
            return ConsumeOrderlyStatus.SUCCESS;
        };
        consumer.registerMessageListener(listener);
    }

    /** Waits until exactly {@code expected} came, in any order. */
    void awaitBodies(Collection<String> expected) {
        Awaitility.await()
                .atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(25))
                .untilAsserted(() -> Assertions.assertThat(bodies()).containsExactlyInAnyOrderElementsOf(expected));
    }

    /** Waits until all of {@code expected} came at least once; gives up when nothing new comes for a while. */
    void awaitAtLeast(Collection<String> expected) {
        AtomicInteger seen = new AtomicInteger(-1);
        AtomicLong lastNews = new AtomicLong(System.nanoTime());
        Set<String> missing = new TreeSet<>();
        Awaitility.await()
                .atMost(PROGRESS_MAX)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> {
                    Set<String> came = distinctBodies();
                    if (seen.getAndSet(came.size()) != came.size()) {
                        lastNews.set(System.nanoTime());
                    }
                    missing.clear();
                    missing.addAll(expected);
                    missing.removeAll(came);
                    return missing.isEmpty() || System.nanoTime() - lastNews.get() > WAIT_MAX.toNanos();
                });
        Assertions.assertThat(missing).isEmpty();
    }

    void await(Predicate<List<MessageExt>> condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(25)).until(() -> condition.test(messages()));
    }
}
