package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ClientException;
import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.members.ClientKind;
import dev.millrace.e2e.members.Link;
import dev.millrace.e2e.members.Members;
import dev.millrace.e2e.order.OrderEvent;
import dev.millrace.e2e.order.OrderRules;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.ServerProcess;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The messages of 64 keys are consumed in order by three processes that come, go and are killed, while the broker is
 * killed too: what was acknowledged to the producer is delivered, and each key follows {@link OrderRules}.
 */
final class OrderIT {
    private static final int KEY_COUNT = 64;
    private static final int QUEUE_COUNT = 12;
    private static final int PER_KEY = 400;
    private static final int SENDERS = 4;
    private static final int PAUSE_MS = 3;

    /** A killed process keeps its queues until their locks end, after a minute. */
    private static final Duration WAIT_MAX = Duration.ofMinutes(3);

    /** @param client whose client consumes */
    record Pair(ServerKind servers, ClientKind client) {}

    /** Apache's broker with its own client shows that the test is right. */
    static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (ServerKind kind : ServerKind.chosen()) {
            pairs.add(new Pair(kind, ClientKind.ROCKETMQ));
            if (kind == ServerKind.MILLRACE) {
                pairs.add(new Pair(kind, ClientKind.MILLRACE));
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("pairs")
    @Execution(ExecutionMode.CONCURRENT)
    void keysStayInOrderWhateverEnds(Pair pair, @TempDir Path scratch) throws Exception {
        try (Servers servers = pair.servers.start(scratch, ServerOptions.usual());
                Run run = new Run(servers, pair.client, scratch)) {
            run.show();
            System.out.println("order, " + pair + ": " + run.rules);
        }
    }

    /** One show. Owner: the test's thread; what other threads touch is noted by the link, under its lock. */
    private static final class Run implements AutoCloseable {
        private final OrderRules rules = new OrderRules();
        private final Map<String, AtomicInteger> handledOf = new ConcurrentHashMap<>();
        private final AtomicInteger sentCount = new AtomicInteger();
        private final AtomicInteger names = new AtomicInteger();
        private final Map<String, ServerProcess> running = new HashMap<>();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final CountDownLatch isOver = new CountDownLatch(1);
        private final Servers servers;
        private final Link link;
        private final Members members;
        private final MillraceClient client;

        Run(Servers servers, ClientKind kind, Path scratch) {
            this.servers = servers;
            this.link = Link.open(this::note);
            this.members = new Members(kind, link, servers.namesrvAddress(), "order", "order-group", scratch);
            this.client =
                    MillraceClient.builder().namesrv(servers.namesrvAddress()).build();
        }

        /** Called under the link's lock, as every event passes it. */
        private String note(String line) {
            String[] words = line.split(" ", -1);
            rules.accept(event(words));
            if (words[0].equals("end")) {
                handledOf.computeIfAbsent(words[1], name -> new AtomicInteger()).incrementAndGet();
            }
            return "";
        }

        private static OrderEvent event(String[] words) {
            return switch (words[0]) {
                case "begin" -> {
                    String[] body = words[4].split("/", -1);
                    yield new OrderEvent.Begun(
                            words[1],
                            Integer.parseInt(words[2]),
                            Long.parseLong(words[3]),
                            body[0],
                            Integer.parseInt(body[1]));
                }
                case "end" -> new OrderEvent.Ended(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]));
                case "started" -> new OrderEvent.MemberStarted(words[1]);
                case "leaves" -> new OrderEvent.MemberLeaves(words[1]);
                case "gone" -> new OrderEvent.MemberGone(words[1]);
                case "told" -> new OrderEvent.OffsetTold(Integer.parseInt(words[1]), Long.parseLong(words[2]));
                case "broker-killed" -> new OrderEvent.BrokerKilled();
                default -> throw new IllegalArgumentException("no event " + words[0]);
            };
        }

        void show() throws Exception {
            Admin admin = Admin.of(client);
            admin.createTopic(TopicSpec.of("order", QUEUE_COUNT));
            until(() -> admin.describeTopic("order").isPresent());
            String first = start();
            String second = start();
            String third = start();
            List<Future<?>> senders = new ArrayList<>();
            for (int index = 0; index < SENDERS; index++) {
                int sender = index;
                senders.add(threads.submit(() -> send(sender)));
            }
            awaitSent(0.1);
            awaitHandling(first, second, third);
            kill(first);
            String fourth = start();
            awaitHandling(fourth);
            awaitSent(0.3);
            stop(second);
            awaitSent(0.45);
            killBroker();
            String fifth = start();
            awaitHandling(fifth);
            awaitSent(0.7);
            kill(third);
            for (Future<?> sender : senders) {
                sender.get();
            }
            start();

            until(this::isAllDelivered);
            assertThat(rules.violations()).as(rules.toString()).isEmpty();
        }

        private boolean isAllDelivered() {
            return KEY_COUNT
                    == link.locked(rules::greatest).values().stream()
                            .filter(number -> number == PER_KEY - 1)
                            .count();
        }

        private String start() {
            String name = "member-" + names.incrementAndGet();
            tellOffsets();
            link.tell("started " + name);
            running.put(name, members.startOrdered(name));
            return name;
        }

        /** What the broker has stored for the group. */
        private void tellOffsets() {
            try {
                Admin.of(client).groupProgress("order-group").queues().stream()
                        .filter(queue -> queue.queue().topic().equals("order") && queue.committedOffset() > 0)
                        .forEach(queue -> link.tell("told " + queue.queue().queueId() + " " + queue.committedOffset()));
            } catch (ClientException e) {
                // Nothing is stored yet.
            }
        }

        private void kill(String name) {
            link.tell("leaves " + name);
            Objects.requireNonNull(running.remove(name)).kill();
            link.tell("gone " + name);
        }

        private void stop(String name) {
            link.tell("leaves " + name);
            Objects.requireNonNull(running.remove(name)).stop();
            link.tell("gone " + name);
        }

        private void killBroker() {
            servers.killBroker();
            link.tell("broker-killed");
            servers.restartBroker();
        }

        private void awaitSent(double share) {
            until(() -> sentCount.get() >= share * KEY_COUNT * PER_KEY);
        }

        private void awaitHandling(String... names) {
            for (String name : names) {
                until(() -> handledOf.containsKey(name));
            }
        }

        private void until(BooleanSupplier condition) {
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        running.values().forEach(ServerProcess::requireAlive);
                        return condition.getAsBoolean();
                    });
        }

        /** Sends the numbers of every fourth key; what was not acknowledged is sent again before the next number. */
        private void send(int sender) {
            try (Producer producer = client.producer().build()) {
                for (int number = 0; number < PER_KEY; number++) {
                    for (int key = sender; key < KEY_COUNT; key += SENDERS) {
                        sendOne(producer, key, number);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void sendOne(Producer producer, int key, int number) throws InterruptedException {
            byte[] body = ("key" + key + "/" + number).getBytes(UTF_8);
            QueueChoice queue = QueueChoice.of(new TopicQueue("order", Servers.BROKER_NAME, key % QUEUE_COUNT));
            while (!isOver.await(PAUSE_MS, TimeUnit.MILLISECONDS)) {
                try {
                    producer.send(Message.of("order", body), queue);
                    sentCount.incrementAndGet();
                    return;
                } catch (ClientException e) {
                    // The broker is away: again.
                }
            }
        }

        @Override
        public void close() {
            isOver.countDown();
            running.values().forEach(ServerProcess::kill);
            threads.shutdownNow();
            client.close();
            link.close();
        }
    }
}
