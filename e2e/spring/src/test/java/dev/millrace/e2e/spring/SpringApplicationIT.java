package dev.millrace.e2e.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Message;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.client.spring.MillraceListeners;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring Boot applications send and receive, against brokers of both kinds. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class SpringApplicationIT {
    /** A topic that comes to be later is found each 30 s. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);

    @TempDir
    static Path scratch;

    private static Servers servers;
    private static ConfigurableApplicationContext shop;

    @Parameter
    ServerKind kind;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void start(ServerKind kind) throws IOException {
        servers = kind.start(Files.createDirectories(scratch.resolve(kind.name())));
        List<String> topics = new ArrayList<>(Shop.TOPICS);
        topics.add(SlowShop.TOPIC);
        try (MillraceClient client =
                MillraceClient.builder().namesrv(servers.namesrvAddress()).build()) {
            Admin admin = Admin.of(client);
            topics.forEach(topic -> admin.createTopic(TopicSpec.of(topic, 2)));
            until(() ->
                    topics.stream().allMatch(topic -> admin.describeTopic(topic).isPresent()));
        }
        shop = run(Shop.class);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        shop.close();
        servers.close();
    }

    private static ConfigurableApplicationContext run(Class<?> application) {
        return SpringApplication.run(
                application,
                "--millrace.namesrv=" + servers.namesrvAddress(),
                "--millrace.transaction.group=shop-payers",
                "--millrace.transaction.topics=" + Shop.PAYMENTS,
                "--spring.main.banner-mode=off");
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(50)).until(condition::getAsBoolean);
    }

    private static Message message(String topic, String body) {
        return Message.of(topic, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Producer producer() {
        return shop.getBean(Producer.class);
    }

    @Test
    void takesObjectsOfTheTagItWants() {
        producer().send(message(Shop.ORDERS, "{\"id\":\"A-1\",\"cents\":1}").withTag("placed"));
        producer()
                .send(message(Shop.ORDERS, "{\"id\":\"A-2\",\"cents\":2}")
                        .withTag("paid")
                        .withKey("k2"));

        Shop.Billing billing = shop.getBean(Shop.Billing.class);
        until(() -> !billing.charged.isEmpty());
        assertThat(billing.charged).containsExactly(new Shop.Order("A-2[k2]", 2));
    }

    @Test
    void keepsTheOrderOverAFailure() {
        List<String> events = IntStream.range(0, 10).mapToObj(i -> "event-" + i).toList();
        for (String event : events) {
            producer().send(message(Shop.EVENTS, event).withKey("A"), QueueChoice.byKey("A"));
            producer().send(message(Shop.EVENTS, event).withKey("B"), QueueChoice.byKey("B"));
        }

        Shop.Journal journal = shop.getBean(Shop.Journal.class);
        until(() -> journal.written.values().stream().mapToInt(List::size).sum() >= 20);
        assertThat(journal.written).containsEntry("A", events).containsEntry("B", events);
    }

    @Test
    void seesWhatIsCommittedAtOnceOrWhenAsked() {
        Shop.Ledger ledger = shop.getBean(Shop.Ledger.class);

        ledger.pay("committed", TransactionOutcome.COMMIT, TransactionOutcome.COMMIT);
        ledger.pay("rolled back", TransactionOutcome.ROLLBACK, TransactionOutcome.ROLLBACK);
        ledger.pay("asked", TransactionOutcome.UNKNOWN, TransactionOutcome.COMMIT);

        until(() -> ledger.seen.size() >= 2);
        assertThat(ledger.seen).containsExactlyInAnyOrder("committed", "asked");
    }

    @Test
    void answersAQuestion() {
        ReceivedMessage answer = producer().request(message(Shop.QUESTIONS, "a box"), Duration.ofSeconds(20));

        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo("a box costs 42");
    }

    @Test
    void triesAgainAndPutsAsideWhatAlwaysFails() {
        Shop.Broken broken = shop.getBean(Shop.Broken.class);
        String poison = "{\"id\":\"A-9\",\"cents\":9}";
        producer().send(message(Shop.POISON, poison));

        until(() -> !broken.dead.isEmpty());
        assertThat(broken.dead).containsExactly(poison);
        assertThat(broken.attempts).containsExactly(0, 1, 2);
    }

    @Test
    void endsWhatItHasBegunAndLeavesTheRest() throws Exception {
        Map<String, SendResult> parcels = new LinkedHashMap<>();
        for (int index = 0; index < 20; index++) {
            String parcel = "parcel-" + index;
            parcels.put(parcel, producer().send(message(SlowShop.TOPIC, parcel)));
        }

        List<String> before;
        try (ConfigurableApplicationContext first = run(SlowShop.class)) {
            SlowShop.Packer packer = first.getBean(SlowShop.Packer.class);
            MillraceListeners listeners = first.getBean(MillraceListeners.class);
            until(() -> packer.begun.size() == 4);
            CompletableFuture<Void> ending = CompletableFuture.runAsync(first::close);
            until(() -> !listeners.isRunning());
            packer.mayEnd.countDown();
            ending.get(WAIT_MAX.toSeconds(), TimeUnit.SECONDS);
            before = packer.packed;
            assertThat(before).containsExactlyInAnyOrderElementsOf(packer.begun);
        }
        Set<String> undone = new HashSet<>(parcels.keySet());
        undone.removeAll(before);
        List<String> after;
        try (ConfigurableApplicationContext second = run(SlowShop.class)) {
            SlowShop.Packer packer = second.getBean(SlowShop.Packer.class);
            packer.mayEnd.countDown();
            until(() -> packer.packed.containsAll(undone));
            after = packer.packed;
        }

        // Offsets are of queues: what was done behind something undone may come again, and nothing else.
        Set<String> due = new HashSet<>(undone);
        parcels.forEach((parcel, sent) -> {
            if (undone.stream().map(parcels::get).anyMatch(each -> isBefore(each, sent))) {
                due.add(parcel);
            }
        });
        assertThat(before).hasSize(4).doesNotHaveDuplicates();
        assertThat(after).containsAll(undone).doesNotHaveDuplicates().isSubsetOf(due);
    }

    private static boolean isBefore(SendResult one, SendResult other) {
        return one.queue().equals(other.queue()) && one.queueOffset() < other.queueOffset();
    }
}
