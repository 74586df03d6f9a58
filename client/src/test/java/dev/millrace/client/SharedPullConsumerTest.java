package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.RequestCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pull consumers that share the queues of their topics as members of a group. */
class SharedPullConsumerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();
    private final MillraceClient otherClient = cluster.client();
    private int sentCount;

    @AfterEach
    void close() {
        client.close();
        otherClient.close();
        cluster.close();
    }

    private void send(int count, int queueCount) {
        cluster.namesrv.route("t", queueCount, cluster.a);
        try (Producer producer = client.producer().build()) {
            for (int i = 0; i < count; i++) {
                producer.send(
                        Message.of("t", Integer.toString(sentCount++).getBytes(StandardCharsets.UTF_8))
                                .withTag(i % 2 == 0 ? "even" : "odd"),
                        QueueChoice.of(new TopicQueue("t", "a", i % queueCount)));
            }
        }
    }

    private static Set<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).collect(Collectors.toSet());
    }

    private static PullConsumer.Builder first(MillraceClient of) {
        return of.pullConsumer("g").startFrom(StartFrom.FIRST);
    }

    private static List<String> poll(PullConsumer consumer) {
        return consumer.poll(Duration.ofMillis(20)).stream()
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    private static void until(BooleanSupplier condition, Runnable step) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("time is over").isLessThan(deadline);
            step.run();
        }
    }

    private static void untilSize(PullConsumer consumer, int size) {
        until(() -> consumer.assignment().size() == size, () -> poll(consumer));
    }

    /** Polls both until their queues are two disjoint halves of four. */
    private static void untilShared(PullConsumer a, PullConsumer b, Set<String> got) {
        until(() -> a.assignment().size() == 2 && b.assignment().size() == 2, () -> {
            got.addAll(poll(a));
            got.addAll(poll(b));
        });
        assertThat(a.assignment()).doesNotContainAnyElementsOf(b.assignment());
    }

    @Test
    void aloneReadsAllQueues() {
        send(40, 4);
        PullConsumer consumer = first(client).build();
        Set<String> got = new HashSet<>();

        consumer.subscribe("t", Filter.ALL);

        assertThat(consumer.assignment()).hasSize(4);
        until(() -> got.size() == 40, () -> got.addAll(poll(consumer)));
        consumer.commit();
        assertThat(cluster.a.offset("g", "t", 3)).isEqualTo(10);
        consumer.close();
        assertThat(cluster.a.members("g")).isEmpty();
    }

    @Test
    void sharesWithAnotherMember() {
        send(8, 4);
        PullConsumer one = first(client).build();
        one.subscribe("t", Filter.ALL);
        PullConsumer two = first(otherClient).build();

        two.subscribe("t", Filter.ALL);
        cluster.a.notifyMembers("g");

        untilShared(one, two, new HashSet<>());
    }

    @Test
    void readsOnlyTheFiltersMessages() {
        send(40, 4);
        PullConsumer consumer = first(client).build();
        List<String> got = new ArrayList<>();

        consumer.subscribe("t", Filter.tags("odd"));
        until(() -> got.size() == 20, () -> got.addAll(poll(consumer)));

        assertThat(got).allMatch(number -> Integer.parseInt(number) % 2 == 1);
        consumer.subscribe("t", Filter.tags("even"));
        send(40, 4);
        until(() -> got.size() == 40, () -> got.addAll(poll(consumer)));
        assertThat(got.subList(20, 40)).allMatch(number -> Integer.parseInt(number) % 2 == 0);
    }

    @Test
    void theOtherTakesOverWhereTheLeavingMemberCommitted() {
        send(400, 4);
        PullConsumer leaving = first(client).autoCommit(Duration.ofHours(1)).build();
        PullConsumer staying =
                first(otherClient).autoCommit(Duration.ofHours(1)).build();
        leaving.subscribe("t", Filter.ALL);
        staying.subscribe("t", Filter.ALL);
        cluster.a.notifyMembers("g");
        Set<String> got = new HashSet<>();
        untilShared(leaving, staying, got);
        send(400, 4);
        List<String> last = new ArrayList<>();
        until(() -> !last.isEmpty(), () -> last.addAll(poll(leaving)));
        List<String> afterwards = new ArrayList<>();

        leaving.close();
        cluster.a.notifyMembers("g");

        got.addAll(last);
        until(() -> got.size() == 800, () -> {
            List<String> messages = poll(staying);
            got.addAll(messages);
            afterwards.addAll(messages);
        });
        assertThat(got).isEqualTo(numbers(800));
        assertThat(afterwards).doesNotContainAnyElementsOf(last);
    }

    @Test
    void deliversAgainWhatWasNotCommitted() {
        send(20, 2);
        PullConsumer one = first(client).build();
        one.subscribe("t", Filter.ALL);
        Set<String> got = new HashSet<>();
        until(() -> got.size() == 20, () -> got.addAll(poll(one)));
        one.close();

        PullConsumer two = first(otherClient).build();
        two.subscribe("t", Filter.ALL);

        Set<String> again = new HashSet<>();
        until(() -> again.size() == 20, () -> again.addAll(poll(two)));
        assertThat(again).isEqualTo(numbers(20));
    }

    @Test
    void losesNothingToARestartOfTheBroker() {
        send(100, 4);
        PullConsumer one = first(client).autoCommit(Duration.ofMillis(1)).build();
        PullConsumer two = first(otherClient).autoCommit(Duration.ofMillis(1)).build();
        one.subscribe("t", Filter.ALL);
        two.subscribe("t", Filter.ALL);
        cluster.a.notifyMembers("g");
        Set<String> got = new HashSet<>();
        untilShared(one, two, got);

        cluster.a.stop();
        got.addAll(poll(one));
        got.addAll(poll(two));
        cluster.a.startAgain();
        until(() -> cluster.a.members("g").size() == 2, () -> {
            got.addAll(poll(one));
            got.addAll(poll(two));
        });
        send(100, 4);
        cluster.a.notifyMembers("g");

        untilShared(one, two, got);
        until(() -> got.size() == 200, () -> {
            got.addAll(poll(one));
            got.addAll(poll(two));
        });
        assertThat(got).isEqualTo(numbers(200));
    }

    @Test
    void aPollThatWaitsTakesAChangedShareUp() throws Exception {
        cluster.namesrv.route("t", 4, cluster.a);
        PullConsumer one = first(client).build();
        one.subscribe("t", Filter.ALL);
        PullConsumer two = first(otherClient).build();
        two.subscribe("t", Filter.ALL);
        cluster.a.notifyMembers("g");
        untilShared(one, two, new HashSet<>());
        CompletableFuture<List<ReceivedMessage>> polled =
                CompletableFuture.supplyAsync(() -> one.poll(Duration.ofSeconds(20)));

        two.close();
        cluster.a.notifyMembers("g");
        TopicQueue lost = new TopicQueue("t", "a", 0);
        TopicQueue gained = new TopicQueue("t", "a", 3);
        try (Producer producer = client.producer().build()) {
            producer.send(Message.of("t", new byte[] {1}), QueueChoice.of(lost));
            producer.send(Message.of("t", new byte[] {1}), QueueChoice.of(gained));
        }

        Set<TopicQueue> from = new HashSet<>();
        polled.get(20, TimeUnit.SECONDS).forEach(message -> from.add(message.queue()));
        until(
                () -> from.size() == 2,
                () -> one.poll(Duration.ofMillis(20)).forEach(message -> from.add(message.queue())));
        assertThat(from).containsExactlyInAnyOrder(lost, gained);
    }

    @Test
    void closingEndsAPollThatWaits() {
        cluster.namesrv.route("t", 1, cluster.a);
        PullConsumer consumer = first(client).build();
        consumer.subscribe("t", Filter.ALL);
        CompletableFuture<List<ReceivedMessage>> polled =
                CompletableFuture.supplyAsync(() -> consumer.poll(Duration.ofHours(1)));
        until(() -> cluster.a.count(RequestCode.PULL_MESSAGE) > 0, Thread::onSpinWait);

        consumer.close();

        assertThatThrownBy(() -> polled.get(20, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ClientException.class)
                .hasMessageContaining("is closed");
        assertThat(cluster.a.members("g")).isEmpty();
    }

    @Test
    void startsWhenTheTopicAppears() {
        PullConsumer consumer = first(client).build();
        consumer.subscribe("t", Filter.ALL);
        assertThat(poll(consumer)).isEmpty();

        send(10, 2);

        untilSize(consumer, 2);
    }

    @Test
    void holdsNoMoreThanTheBufferAllows() {
        send(3000, 1);
        PullConsumer consumer = first(client).bufferBytesMax(1).build();
        Set<String> got = new HashSet<>();

        consumer.subscribe("t", Filter.ALL);
        got.addAll(poll(consumer));
        long pulls = cluster.a.count(RequestCode.PULL_MESSAGE);
        until(() -> got.size() == 3000, () -> got.addAll(poll(consumer)));

        assertThat(pulls).isLessThanOrEqualTo(2);
        assertThat(got).isEqualTo(numbers(3000));
    }

    @Test
    void commitsOnlyWhatMoved() {
        send(8, 4);
        PullConsumer consumer = first(client).build();
        consumer.subscribe("t", Filter.ALL);
        Set<String> got = new HashSet<>();
        until(() -> got.size() == 8, () -> got.addAll(poll(consumer)));
        consumer.commit();
        long before = cluster.a.count(RequestCode.UPDATE_CONSUMER_OFFSET);

        consumer.commit();

        assertThat(cluster.a.count(RequestCode.UPDATE_CONSUMER_OFFSET)).isEqualTo(before);
    }

    @Test
    void refusesToMixBothWays() {
        send(1, 1);
        PullConsumer sharing = first(client).build();
        sharing.subscribe("t", Filter.ALL);
        PullConsumer fixed = client.pullConsumer("g2").build();
        fixed.assign(fixed.queues("t"));

        assertThatThrownBy(() -> sharing.assign(fixed.queues("t")))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("assign can't be mixed with subscribe");
        assertThatThrownBy(() -> fixed.subscribe("t", Filter.ALL))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("subscribe can't be mixed with assign");
    }
}
