package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private void send(int count, int queueCount) {
        cluster.namesrv.route("t", queueCount, cluster.a);
        try (Producer producer = client.producer().build()) {
            for (int i = 0; i < count; i++) {
                producer.send(
                        Message.of("t", Integer.toString(i).getBytes(StandardCharsets.UTF_8)),
                        QueueChoice.of(new TopicQueue("t", "a", i % queueCount)));
            }
        }
    }

    private ConsumeResult take(ReceivedMessage message) {
        received.add(new String(message.body(), StandardCharsets.UTF_8));
        return ConsumeResult.SUCCESS;
    }

    private List<String> await(int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        while (taken.size() < count) {
            String next = received.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("message %d of %d", taken.size() + 1, count).isNotNull();
            taken.add(next);
        }
        return taken;
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    @Test
    void deliversEachMessageOnceAndStoresTheOffsets() throws Exception {
        send(2000, 4);

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(this::take)
                .start();

        assertThat(await(2000)).containsExactlyInAnyOrderElementsOf(numbers(2000));
        assertThat(consumer.assignment()).hasSize(4);
        consumer.close();
        assertThat(cluster.a.offset("g", "t", 0)).isEqualTo(500);
        assertThat(cluster.a.offset("g", "t", 3)).isEqualTo(500);
        assertThat(received).isEmpty();
        assertThat(cluster.a.members("g")).isEmpty();
    }

    @Test
    void givesBatchesToABatchListener() throws Exception {
        send(100, 1);
        AtomicInteger largest = new AtomicInteger();

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(16, messages -> {
                    largest.accumulateAndGet(messages.size(), Math::max);
                    messages.forEach(this::take);
                    return ConsumeResult.SUCCESS;
                })
                .start();

        assertThat(await(100)).containsExactlyInAnyOrderElementsOf(numbers(100));
        assertThat(largest.get()).isEqualTo(16);
    }

    @Test
    void givesFailuresBackToTheBroker() throws Exception {
        send(10, 1);

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .threads(2)
                .listener(message -> {
                    take(message);
                    if (message.queueOffset() == 3) {
                        throw new IllegalStateException("as planned");
                    }
                    return message.queueOffset() == 5 ? ConsumeResult.RETRY : ConsumeResult.SUCCESS;
                })
                .start();
        await(10);
        consumer.close();

        assertThat(cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK)).isEqualTo(2);
    }

    /** Another message of the queue is held until the refusal has come, so that the offset is stored behind it. */
    @Test
    void leavesWhatTheBrokerDidNotTakeBackToTheNextMember() throws Exception {
        send(64, 1);
        cluster.a.refuseNext(ResponseCode.SYSTEM_BUSY);
        CountDownLatch started = new CountDownLatch(2);
        CountDownLatch closing = new CountDownLatch(1);
        Producer probe = client.producer().build();
        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .threads(2)
                .listener(message -> {
                    started.countDown();
                    closing.await();
                    if (message.queueOffset() == 0) {
                        return ConsumeResult.RETRY;
                    }
                    while (cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK) == 0) {
                        Thread.onSpinWait();
                    }
                    probe.send(Message.of("t", new byte[1])); // its answer comes behind the refusal
                    return take(message);
                })
                .start();
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        Thread closer = new Thread(consumer::close, "closer");
        closer.start();
        while (closer.getState() != Thread.State.WAITING && closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join();

        assertThat(await(1)).doesNotContain("0");
        assertThat(cluster.a.offset("g", "t", 0)).isZero();
    }

    @Test
    void treatsAnErrorOfTheListenerAsRetry() throws Exception {
        send(3, 1);

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    if (message.queueOffset() == 1) {
                        throw new AssertionError("as planned");
                    }
                    return take(message);
                })
                .start();

        assertThat(await(2)).containsExactlyInAnyOrder("0", "2");
        while (cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK) == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void keepsTheOrderOfEachQueueOverRetries() throws Exception {
        send(40, 2);
        Map<Integer, Long> next = new ConcurrentHashMap<>();
        AtomicInteger refusals = new AtomicInteger();

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .ordered()
                .orderedRetryPause(Duration.ofMillis(5))
                .listener(message -> {
                    int queue = message.queue().queueId();
                    assertThat(message.queueOffset()).isEqualTo(next.getOrDefault(queue, 0L));
                    if (message.queueOffset() % 7 == 3 && refusals.incrementAndGet() % 3 != 0) {
                        return ConsumeResult.RETRY;
                    }
                    next.put(queue, message.queueOffset() + 1);
                    return take(message);
                })
                .start();

        assertThat(await(40)).containsExactlyInAnyOrderElementsOf(numbers(40));
        assertThat(refusals.get()).isPositive();
        assertThat(cluster.a.locked()).hasSize(2);
    }

    @Test
    void sharesQueuesWithAnotherMember() throws Exception {
        send(10, 4);
        Consumer first = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(this::take)
                .start();
        await(10);

        try (MillraceClient other = cluster.client()) {
            Consumer second = other.consumer("g")
                    .subscribe("t", Filter.ALL)
                    .listener(this::take)
                    .start();
            cluster.a.notifyMembers("g");

            awaitSize(first, 2);
            assertThat(second.assignment()).hasSize(2).doesNotContainAnyElementsOf(first.assignment());
        }
    }

    private static void awaitSize(Consumer consumer, int size) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (consumer.assignment().size() != size && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(consumer.assignment()).hasSize(size);
    }

    @Test
    void goesOnAtLocalOffsetsWhenBroadcasting(@TempDir Path folder) throws Exception {
        send(10, 1);
        Consumer first = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .broadcasting(folder)
                .listener(this::take)
                .start();
        await(10);
        first.close();

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .broadcasting(folder)
                .listener(this::take)
                .start();
        send(1, 1);

        assertThat(await(1)).containsExactly("0");
        assertThat(folder.resolve("g.json")).exists();
    }

    @Test
    void holdsNoMoreThanTheBufferAllows() throws Exception {
        send(3000, 1);
        var gate = new java.util.concurrent.CountDownLatch(1);

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .threads(1)
                .bufferMax(100, 1024 * 1024)
                .listener(message -> {
                    gate.await();
                    return take(message);
                })
                .start();
        long pulls = cluster.a.count(RequestCode.PULL_MESSAGE);
        gate.countDown();

        assertThat(await(3000)).containsExactlyInAnyOrderElementsOf(numbers(3000));
        assertThat(pulls).isLessThanOrEqualTo(5);
    }

    @Test
    void refusesASecondMemberInOneClient() {
        send(1, 1);
        client.consumer("g").subscribe("t", Filter.ALL).listener(this::take).start();

        assertThatThrownBy(() -> client.consumer("g")
                        .subscribe("t", Filter.ALL)
                        .listener(this::take)
                        .start())
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("already");
    }

    @Test
    void callsTheListenerOnVirtualThreadsWhereJavaHasThem() throws Exception {
        send(20, 2);
        Consumer.Builder builder = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .virtualThreads(8)
                .listener(message -> {
                    assertThat(Thread.currentThread().getClass().getSimpleName())
                            .isEqualTo("VirtualThread");
                    return take(message);
                });

        if (Runtime.version().feature() < 21) {
            assertThatThrownBy(builder::start)
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("has no virtual threads");
        } else {
            builder.start();
            assertThat(await(20)).containsExactlyInAnyOrderElementsOf(numbers(20));
        }
    }

    @Test
    void aFilterThatTheBrokerRefusesStopsTheStart() {
        send(1, 1);
        cluster.a.refuseFilters();
        Consumer.Builder builder =
                client.consumer("g").subscribe("t", Filter.sql("a is")).listener(this::take);

        assertThatThrownBy(builder::start).isInstanceOfSatisfying(ClientException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            assertThat(e).hasMessageContaining("filter 'a is' of topic t").hasMessageContaining("no such filter");
        });
        assertThat(cluster.a.members("g")).isEmpty();
        assertThatThrownBy(() -> client.pullConsumer("g").build().subscribe("t", Filter.sql("a is")))
                .hasMessageContaining("no such filter");
    }

    @Test
    void whatIsForLaterStaysHereAndCountsNoAttempt() throws Exception {
        send(20, 1);
        AtomicInteger calls = new AtomicInteger();

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .threads(2)
                .listener(message -> {
                    if (message.queueOffset() == 3 && calls.incrementAndGet() < 4) {
                        return ConsumeResult.later(Duration.ofMillis(10));
                    }
                    return take(message);
                })
                .start();

        assertThat(await(20)).containsExactlyInAnyOrderElementsOf(numbers(20));
        consumer.close();
        assertThat(calls).hasValue(4);
        assertThat(cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK)).isZero();
        assertThat(cluster.a.offset("g", "t", 0)).isEqualTo(20);
    }

    @Test
    void theOffsetStaysBeforeWhatIsForLater() throws Exception {
        send(5, 1);

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message ->
                        message.queueOffset() == 3 ? ConsumeResult.later(Duration.ofMinutes(1)) : take(message))
                .start();
        await(4);
        consumer.close();

        assertThat(cluster.a.offset("g", "t", 0)).isEqualTo(3);
    }

    @Test
    void anOrderedQueueWaitsForWhatIsForLater() throws Exception {
        send(10, 1);
        AtomicInteger calls = new AtomicInteger();

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .ordered()
                .attemptsMax(2)
                .listener(message -> {
                    if (message.queueOffset() == 3 && calls.incrementAndGet() < 4) {
                        return ConsumeResult.later(Duration.ofMillis(5));
                    }
                    return take(message);
                })
                .start();

        assertThat(await(10)).isEqualTo(numbers(10));
        assertThat(cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK)).isZero();
    }

    @Test
    void aBatchListenerDecidesForEachMessage() throws Exception {
        send(8, 1);
        AtomicInteger later = new AtomicInteger();

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(
                        8,
                        messages -> ConsumeResult.each(messages.stream()
                                .map(message -> {
                                    if (message.queueOffset() == 2) {
                                        return ConsumeResult.RETRY;
                                    }
                                    return message.queueOffset() == 5 && later.incrementAndGet() == 1
                                            ? ConsumeResult.later(Duration.ofMillis(5))
                                            : take(message);
                                })
                                .toList()))
                .start();

        assertThat(await(7)).containsExactly("0", "1", "3", "4", "6", "7", "5");
        consumer.close();
        assertThat(cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK)).isEqualTo(1);
    }

    @Test
    void anOrderedBatchGoesOnAtTheFirstThatDidNotSucceed() throws Exception {
        send(8, 1);
        List<Integer> sizes = new ArrayList<>();

        client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .ordered()
                .orderedRetryPause(Duration.ofMillis(5))
                .listener(8, messages -> {
                    sizes.add(messages.size());
                    return ConsumeResult.each(messages.stream()
                            .map(message -> message.queueOffset() >= 3 && sizes.size() < 3
                                    ? ConsumeResult.RETRY
                                    : take(message))
                            .toList());
                })
                .start();

        assertThat(await(8)).isEqualTo(numbers(8));
        assertThat(sizes).containsExactly(8, 5, 5);
    }

    @Test
    @SuppressWarnings("NullAway") // what applications in other languages of the platform may do
    void nullAndAWrongNumberOfResultsMeanRetry() throws Exception {
        send(2, 1);

        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(1, messages -> {
                    messages.forEach(this::take);
                    return messages.get(0).queueOffset() == 0
                            ? null
                            : ConsumeResult.each(List.of(ConsumeResult.SUCCESS, ConsumeResult.SUCCESS));
                })
                .start();
        await(2);
        consumer.close();

        assertThat(cluster.a.count(RequestCode.CONSUMER_SEND_MSG_BACK)).isEqualTo(2);
        assertThatThrownBy(() -> ConsumeResult.later(Duration.ofHours(1))).hasMessageContaining("PT1H is outside");
    }

    @Test
    void aListenerThatHangsHoldsUpNothingButItsOffset() throws Exception {
        send(10, 1);
        CountDownLatch end = new CountDownLatch(1);
        Consumer consumer = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    if (message.queueOffset() == 3) {
                        end.await();
                    }
                    return take(message);
                })
                .start();

        List<String> others = await(9);

        assertThat(others).doesNotContain("3");
        end.countDown();
        assertThat(await(1)).containsExactly("3");
        consumer.close();
        assertThat(cluster.a.offset("g", "t", 0)).isEqualTo(10);
    }

    /** Takes as long as a consumer waits for a listener before it gives a queue up, ten seconds. */
    @Test
    void aQueueWhoseOrderedListenerHangsIsGivenUpButStaysLocked() throws Exception {
        send(4, 2);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger hanging = new AtomicInteger();
        Consumer first = client.consumer("g")
                .subscribe("t", Filter.ALL)
                .startFrom(StartFrom.FIRST)
                .ordered()
                .listener(message -> {
                    hanging.incrementAndGet();
                    end.await();
                    return take(message);
                })
                .start();
        awaitTrue(() -> hanging.get() == 2);
        try (MillraceClient other = cluster.client()) {
            Consumer second = other.consumer("g")
                    .subscribe("t", Filter.ALL)
                    .startFrom(StartFrom.FIRST)
                    .ordered()
                    .listener(this::take)
                    .start();
            cluster.a.notifyMembers("g");
            awaitTrue(() -> first.assignment().size() == 1);
            long asked = cluster.a.count(RequestCode.LOCK_BATCH_MQ);
            cluster.a.notifyMembers("g");
            awaitTrue(() -> cluster.a.count(RequestCode.LOCK_BATCH_MQ) >= asked + 2);

            assertThat(second.assignment()).isEmpty();
            assertThat(received).isEmpty();
            assertThat(cluster.a.locked()).hasSize(2);
            end.countDown();
        }
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** Other requests go on meanwhile: 200 of them take far longer than a pause would, were it not for the back-off. */
    @Test
    void aFilterThatIsRefusedLaterIsNotAskedForAgainAtOnce() throws Exception {
        send(1, 1);
        client.consumer("g")
                .subscribe("t", Filter.sql("a = 1"))
                .startFrom(StartFrom.FIRST)
                .listener(this::take)
                .start();
        await(1);
        cluster.a.refuseFilters();
        try (Producer producer = client.producer().build()) {
            for (int i = 0; i < 200; i++) {
                producer.send(message());
            }
        }

        assertThat(cluster.a.count(RequestCode.PULL_MESSAGE)).isLessThan(20);
    }

    private static Message message() {
        return Message.of("t", "body".getBytes(StandardCharsets.UTF_8));
    }
}
