package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What consumers do that ask for messages themselves. Owner: the thread that runs a scenario. */
public final class PullScenarios {

    private static final int PULL_COUNT = 32;
    private static final Duration WAIT_MAX = Duration.ofSeconds(40);

    public void pullsAQueueFromStartToEnd(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("pull"), 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 50);
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            awaitReadable(consumer, queue, 50);

            PullResult first = consumer.pull(queue, "*", 0, PULL_COUNT);
            List<MessageExt> all = pullAll(consumer, queue);

            assertThat(first.getPullStatus()).isEqualTo(PullStatus.FOUND);
            assertThat(first.getMinOffset()).isZero();
            assertThat(first.getMaxOffset()).isEqualTo(50);
            assertThat(first.getNextBeginOffset())
                    .isEqualTo(first.getMsgFoundList().size());
            assertThat(first.getMsgFoundList()).hasSize(PULL_COUNT);
            assertThat(all).extracting(Clients::body).containsExactlyElementsOf(Clients.bodies("m", 50));
            assertThat(consumer.fetchSubscribeMessageQueues(env.name("pull"))).containsExactly(queue);
        }
    }

    public void pullsOnlyMatchingTags(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("pulltags");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            for (String tag : List.of("A", "B", "C", "A")) {
                producer.send(Clients.tagged(topic, tag, "of " + tag), queue);
            }
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            awaitReadable(consumer, queue, 4);

            PullResult some = consumer.pull(queue, "A || C", 0, PULL_COUNT);
            PullResult none = consumer.pull(queue, "Z", 0, PULL_COUNT);

            assertThat(some.getMsgFoundList()).extracting(Clients::body).containsExactly("of A", "of C", "of A");
            assertThat(none.getPullStatus()).isEqualTo(PullStatus.NO_MATCHED_MSG);
            assertThat(none.getNextBeginOffset()).isEqualTo(4);
        }
    }

    public void saysWhichOffsetIsLegal(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, env.name("illegal"), 2);
            Clients.sendInOrder(producer, queues.getFirst(), "m", 5);
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            awaitReadable(consumer, queues.getFirst(), 5);

            PullResult above = consumer.pull(queues.getFirst(), "*", 1_000, PULL_COUNT);
            PullResult atEnd = consumer.pull(queues.getFirst(), "*", 5, PULL_COUNT);
            PullResult empty = consumer.pull(queues.get(1), "*", 0, PULL_COUNT);
            PullResult emptyAbove = consumer.pull(queues.get(1), "*", 7, PULL_COUNT);

            assertThat(above.getPullStatus()).isEqualTo(PullStatus.OFFSET_ILLEGAL);
            assertThat(above.getNextBeginOffset()).isEqualTo(5);
            assertThat(atEnd.getPullStatus()).isEqualTo(PullStatus.NO_NEW_MSG);
            assertThat(atEnd.getNextBeginOffset()).isEqualTo(5);
            assertThat(atEnd.getMaxOffset()).isEqualTo(5);
            assertThat(empty.getPullStatus()).isEqualTo(PullStatus.NO_NEW_MSG);
            assertThat(empty.getNextBeginOffset()).isZero();
            assertThat(emptyAbove.getPullStatus()).isEqualTo(PullStatus.OFFSET_ILLEGAL);
            assertThat(emptyAbove.getNextBeginOffset()).isZero();
        }
    }

    public void holdsAPullUntilAMessageComes(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("block"), 1).getFirst();
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            consumer.pull(queue, "*", 0, PULL_COUNT);

            try (var executor = java.util.concurrent.Executors.newSingleThreadExecutor()) {
                var blocked = executor.submit(() -> consumer.pullBlockIfNotFound(queue, "*", 0, PULL_COUNT));
                Clients.sendInOrder(producer, queue, "late", 1);
                PullResult result = blocked.get(15, java.util.concurrent.TimeUnit.SECONDS);

                assertThat(result.getPullStatus()).isEqualTo(PullStatus.FOUND);
                assertThat(result.getMsgFoundList()).extracting(Clients::body).containsExactly("late-0");
            }
        }
    }

    public void keepsAConsumeOffset(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("commit"), 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 5);
            DefaultMQPullConsumer consumer = clients.pullConsumer(env.name("G"));
            consumer.start();
            consumer.pull(queue, "*", 0, PULL_COUNT);

            Clients.commit(consumer, queue, 3);
            consumer.shutdown();

            DefaultMQPullConsumer next = clients.pullConsumer(env.name("G"));
            next.start();
            Awaitility.await().until(() -> next.fetchConsumeOffset(queue, true), offset -> offset == 3);
        }
    }

    public void pollsASubscription(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("lite");
            DefaultMQProducer producer = clients.producer();
            List<MessageQueue> queues = clients.createTopic(producer, topic, 2);
            Clients.sendInOrder(producer, queues.get(0), "x", 15);
            Clients.sendInOrder(producer, queues.get(1), "y", 15);
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.setAutoCommit(false);
            consumer.subscribe(topic, "*");
            consumer.start();

            List<String> bodies = poll(consumer, 30);
            commit(consumer);
            if (env.kind() == ServerKind.APACHE) {
                // Its broker now and then misses what a client reports while it shuts down.
                awaitCommitted(clients, env, queues, 15);
            }
            consumer.shutdown();

            List<String> expected = new ArrayList<>(Clients.bodies("x", 15));
            expected.addAll(Clients.bodies("y", 15));
            assertThat(bodies).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(bodies.stream().filter(body -> body.startsWith("x")))
                    .containsExactlyElementsOf(Clients.bodies("x", 15));
            awaitCommitted(clients, env, queues, 15);
            Clients.sendInOrder(producer, queues.get(0), "z", 3);
            DefaultLitePullConsumer next = clients.litePullConsumer(env.name("G"));
            next.subscribe(topic, "*");
            next.start();
            assertThat(poll(next, 3)).containsExactlyElementsOf(Clients.bodies("z", 3));
        }
    }

    public void pollsOnlySubscribedTags(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("litetags");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 1).getFirst();
            for (String tag : List.of("A", "B", "C", "B")) {
                producer.send(Clients.tagged(topic, tag, "of " + tag), queue);
            }
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.subscribe(topic, "B || C");
            consumer.start();

            assertThat(poll(consumer, 3)).containsExactly("of B", "of C", "of B");
        }
    }

    public void seeksInAssignedQueues(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("assign");
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue = clients.createTopic(producer, topic, 2).get(1);
            Clients.sendInOrder(producer, queue, "m", 10);
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.setAutoCommit(false);
            consumer.start();
            assertThat(consumer.fetchMessageQueues(topic)).hasSize(2);
            consumer.assign(List.of(queue));

            consumer.seek(queue, 7);
            assertThat(poll(consumer, 3)).containsExactly("m-7", "m-8", "m-9");
            consumer.seekToBegin(queue);
            assertThat(poll(consumer, 10)).containsExactlyElementsOf(Clients.bodies("m", 10));
            consumer.seekToEnd(queue);
            Clients.sendInOrder(producer, queue, "end", 1);
            assertThat(poll(consumer, 1)).containsExactly("end-0");
            assertThat(consumer.offsetForTimestamp(queue, 0L)).isZero();

            consumer.seek(queue, 4);
            poll(consumer, 1);
            commit(consumer);
            Awaitility.await().until(() -> consumer.committed(queue) > 4);
        }
    }

    public void commitsGivenOffsets(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("commitmap"), 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 10);
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.setAutoCommit(false);
            consumer.start();
            consumer.assign(List.of(queue));
            poll(consumer, 10);

            consumer.commitSync(Map.of(queue, 6L), true);

            DefaultLitePullConsumer next = clients.litePullConsumer(env.name("G"));
            next.start();
            next.assign(List.of(queue));
            assertThat(poll(next, 4)).containsExactly("m-6", "m-7", "m-8", "m-9");
        }
    }

    public void movesAnIllegalOffsetByItself(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            DefaultMQProducer producer = clients.producer();
            MessageQueue queue =
                    clients.createTopic(producer, env.name("beyond"), 1).getFirst();
            Clients.sendInOrder(producer, queue, "m", 4);
            DefaultMQPullConsumer committer = clients.pullConsumer(env.name("G"));
            committer.start();
            Clients.commit(committer, queue, 900);
            committer.shutdown();
            DefaultLitePullConsumer consumer = clients.litePullConsumer(env.name("G"));
            consumer.start();
            consumer.assign(List.of(queue));
            assertThat(consumer.poll(1_500)).isEmpty();

            Clients.sendInOrder(producer, queue, "after", 2);

            assertThat(poll(consumer, 2)).containsExactlyElementsOf(Clients.bodies("after", 2));
        }
    }

    /** Everything in a queue, checked to be gapless from its first offset on. */
    static List<MessageExt> pullAll(DefaultMQPullConsumer consumer, MessageQueue queue) throws Exception {
        return pullFrom(consumer, queue, consumer.minOffset(queue));
    }

    /** Everything in a queue from {@code first} on, checked to be gapless. */
    static List<MessageExt> pullFrom(DefaultMQPullConsumer consumer, MessageQueue queue, long first) throws Exception {
        List<MessageExt> all = new ArrayList<>();
        long offset = first;
        long end = consumer.maxOffset(queue);
        while (offset < end) {
            PullResult result = consumer.pull(queue, "*", offset, PULL_COUNT);
            assertThat(result.getPullStatus())
                    .as("pull of %s at %s below %s", queue, offset, end)
                    .isEqualTo(PullStatus.FOUND);
            for (MessageExt message : result.getMsgFoundList()) {
                assertThat(message.getQueueOffset()).isEqualTo(offset);
                all.add(message);
                offset++;
            }
            assertThat(result.getNextBeginOffset()).isEqualTo(offset);
        }
        return all;
    }

    private static void commit(DefaultLitePullConsumer consumer) {
        consumer.commitSync();
    }

    /** Brokers answer a send before its queue shows the message. */
    static void awaitReadable(DefaultMQPullConsumer consumer, MessageQueue queue, long count) {
        Awaitility.await().atMost(WAIT_MAX).until(() -> consumer.maxOffset(queue) >= count);
    }

    /** Clients report offsets one-way, so a consumer that starts at once may be faster than the report. */
    private static void awaitCommitted(Clients clients, Environment env, List<MessageQueue> queues, long offset)
            throws Exception {
        DefaultMQPullConsumer reader = clients.pullConsumer(env.name("G"));
        reader.start();
        for (MessageQueue queue : queues) {
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .until(() -> reader.fetchConsumeOffset(queue, true), found -> found == offset);
        }
        reader.shutdown();
    }

    private static List<String> poll(DefaultLitePullConsumer consumer, int count) {
        List<String> bodies = new ArrayList<>();
        Set<Long> seen = new HashSet<>();
        Awaitility.await().atMost(WAIT_MAX).until(() -> {
            consumer.poll(200).forEach(message -> {
                seen.add(message.getCommitLogOffset());
                bodies.add(Clients.body(message));
            });
            return seen.size() >= count;
        });
        return bodies;
    }
}
