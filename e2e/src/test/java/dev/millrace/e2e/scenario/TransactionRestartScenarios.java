package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** Transactions while the broker ends and comes back. Each scenario has servers of its own. */
public final class TransactionRestartScenarios {
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);
    private static final Duration OUR_QUIET = Duration.ofSeconds(5);
    private static final Duration APACHE_QUIET = Duration.ofSeconds(12);

    /** Bodies that are stored where consumers see them, in any order. */
    private static List<String> stored(DefaultMQPullConsumer reader, List<MessageQueue> queues) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (MessageQueue queue : queues) {
            if (reader.maxOffset(queue) > 0) {
                for (MessageExt message : PullScenarios.pullFrom(reader, queue, 0)) {
                    bodies.add(Clients.body(message));
                }
            }
        }
        return bodies;
    }

    private static void awaitStored(DefaultMQPullConsumer reader, List<MessageQueue> queues, List<String> wanted) {
        Awaitility.await()
                .atMost(WAIT_MAX)
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptions()
                .until(() -> stored(reader, queues).containsAll(wanted));
    }

    /** Exactly what is committed; Apache's broker may store it twice when it ends before its mark is written. */
    private static void assertStored(Environment env, List<String> stored, List<String> committed) {
        assertThat(stored.stream().distinct().toList()).containsExactlyInAnyOrderElementsOf(committed);
        if (env.kind() != ServerKind.APACHE) {
            assertThat(stored).doesNotHaveDuplicates();
        }
    }

    /** A clean stop between half and outcome, then a kill between half and outcome. */
    public void settlesHalvesThatOutliveTheBroker(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tx");
            Outcomes outcomes = new Outcomes();
            TransactionMQProducer producer = clients.transactionProducer(env.name("TP"), outcomes);
            // A retried send may store two halves, and both have an outcome.
            producer.setRetryTimesWhenSendFailed(0);
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            DefaultMQPullConsumer reader = clients.pullConsumer(env.name("R"));
            reader.start();

            producer.sendMessageInTransaction(Clients.message(topic, "stopped"), (Runnable) () -> {
                env.servers().stopBroker();
                env.servers().restartBroker();
                outcomes.decide("stopped", LocalTransactionState.COMMIT_MESSAGE);
            });
            producer.sendMessageInTransaction(Clients.message(topic, "killed"), (Runnable) () -> {
                env.servers().killBroker();
                env.servers().restartBroker();
                outcomes.decide("killed", LocalTransactionState.COMMIT_MESSAGE);
            });
            producer.sendMessageInTransaction(Clients.message(topic, "undone"), (Runnable) () -> {
                env.servers().killBroker();
                env.servers().restartBroker();
                outcomes.decide("undone", LocalTransactionState.ROLLBACK_MESSAGE);
            });
            outcomes.decide("asked", LocalTransactionState.COMMIT_MESSAGE);
            producer.sendMessageInTransaction(Clients.message(topic, "asked"), LocalTransactionState.UNKNOW);
            env.servers().killBroker();
            env.servers().restartBroker();

            awaitStored(reader, queues, List.of("stopped", "killed", "asked"));
            awaitNoMoreQuestions(outcomes, env.kind() == ServerKind.APACHE ? APACHE_QUIET : OUR_QUIET);
            assertStored(env, stored(reader, queues), List.of("stopped", "killed", "asked"));
        }
    }

    /** Ends when the broker asked nothing for as long as it takes to ask again. */
    private static void awaitNoMoreQuestions(Outcomes outcomes, Duration quiet) {
        AtomicInteger seen = new AtomicInteger(-1);
        AtomicLong lastNews = new AtomicLong(System.nanoTime());
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(200)).until(() -> {
            int count = outcomes.questions().size();
            if (seen.getAndSet(count) != count) {
                lastNews.set(System.nanoTime());
            }
            return System.nanoTime() - lastNews.get() > quiet.toNanos();
        });
    }
}
