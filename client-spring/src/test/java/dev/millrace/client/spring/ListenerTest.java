package dev.millrace.client.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Filter;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.fake.FakeCluster;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.MemoryStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;

/** Listener methods over the client and servers in memory. */
class ListenerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    PropertyPlaceholderAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    MillraceAutoConfiguration.class))
            .withBean(Inbox.class)
            .withPropertyValues("millrace.namesrv=" + cluster.namesrv.address());

    /** What listeners got. */
    static final class Inbox {
        final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

        List<Object> await(int count) throws InterruptedException {
            List<Object> taken = new ArrayList<>();
            while (taken.size() < count) {
                Object next = received.poll(10, TimeUnit.SECONDS);
                assertThat(next).as("message %d of %d", taken.size() + 1, count).isNotNull();
                taken.add(next);
            }
            return taken;
        }
    }

    record Order(String id, int cents) {}

    @BeforeEach
    void route() {
        cluster.namesrv.route("orders", 1, cluster.a);
        cluster.namesrv.route("refunds", 1, cluster.a);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static void send(ConfigurableApplicationContext context, Message message) {
        context.getBean(Producer.class).send(message);
    }

    private static Message order(String body) {
        return Message.of("orders", body.getBytes(UTF_8));
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    /** One method for each kind of parameter, each in a group of its own. */
    record EachKind(Inbox inbox) {
        @MillraceListener(topic = "orders", group = "message", startFrom = StartFrom.Kind.FIRST)
        void message(ReceivedMessage message) {
            inbox.received.add("message " + message.keys());
        }

        @MillraceListener(topic = "orders", group = "text", startFrom = StartFrom.Kind.FIRST)
        void text(String text) {
            inbox.received.add("text " + text);
        }

        @MillraceListener(topic = "orders", group = "bytes", startFrom = StartFrom.Kind.FIRST)
        void bytes(byte[] body) {
            inbox.received.add("bytes " + body.length);
        }

        @MillraceListener(topic = "orders", group = "object", startFrom = StartFrom.Kind.FIRST)
        ConsumeResult object(Order order, ReceivedMessage message) {
            inbox.received.add("object " + order + message.keys());
            return ConsumeResult.SUCCESS;
        }

        @MillraceListener(topic = "orders", group = "batch", startFrom = StartFrom.Kind.FIRST)
        void batch(List<Order> orders) {
            inbox.received.add("batch " + orders);
        }
    }

    @Test
    void readsBodiesAsTheMethodWants() {
        runner.withBean(EachKind.class).run(context -> {
            send(context, order("{\"id\":\"A1\",\"cents\":250}").withKey("A1"));

            assertThat(context.getBean(Inbox.class).await(5))
                    .containsExactlyInAnyOrder(
                            "message [A1]",
                            "text {\"id\":\"A1\",\"cents\":250}",
                            "bytes 23",
                            "object Order[id=A1, cents=250][A1]",
                            "batch [Order[id=A1, cents=250]]");
        });
    }

    /** Everything that an annotation can say. */
    record Elaborate(Inbox inbox) {
        @MillraceListener(
                topic = {"${shop.topic}", "refunds"},
                group = "${shop.group:billing}",
                filter = "${shop.filter}",
                ordered = true,
                threads = "2",
                attemptsMax = "5",
                batchMax = "${shop.batch}",
                startFrom = StartFrom.Kind.FIRST,
                idempotentBy = "marks",
                identity = MillraceListener.Identity.MESSAGE_KEY)
        void take(List<String> orders) {
            inbox.received.addAll(orders);
        }
    }

    @Test
    void resolvesPlaceholders() {
        runner.withBean(Elaborate.class)
                .withBean("marks", IdempotenceStore.class, () -> MemoryStore.ofSize(100))
                .withPropertyValues(
                        "shop.topic=orders",
                        "shop.filter=paid || refunded",
                        "shop.batch=7",
                        "millrace.listener.auto-startup=false")
                .run(context -> {
                    ListenerScan.Endpoint found = new ListenerScan(context.getBeanFactory(), 20)
                            .find()
                            .get(0);

                    assertThat(found.settings())
                            .isEqualTo(new ListenerSettings(
                                    List.of("orders", "refunds"),
                                    "billing",
                                    Filter.tags("paid || refunded"),
                                    true,
                                    2,
                                    7,
                                    5,
                                    StartFrom.FIRST,
                                    "marks",
                                    MillraceListener.Identity.MESSAGE_KEY));
                    assertThat(context.getBean(MillraceListeners.class).isRunning())
                            .isFalse();
                });
    }

    @Test
    void handlesAMessageOnceThatWasSentTwice() {
        runner.withBean(Elaborate.class)
                .withBean("marks", IdempotenceStore.class, () -> MemoryStore.ofSize(100))
                .withPropertyValues("shop.topic=orders", "shop.filter=*", "shop.batch=1")
                .run(context -> {
                    send(context, order("first").withKey("A1"));
                    send(context, order("again").withKey("A1"));
                    send(context, order("other").withKey("A2"));

                    assertThat(context.getBean(Inbox.class).await(2)).containsExactly("first", "other");
                });
    }

    /** Fails in all ways before it succeeds. */
    record Failing(Inbox inbox) {
        @MillraceListener(topic = "orders", group = "g", ordered = true, startFrom = StartFrom.Kind.FIRST)
        ConsumeResult take(Order order) {
            inbox.received.add(order.id());
            return switch (inbox.received.size()) {
                case 1 -> throw new IllegalStateException("as planned");
                case 2 -> ConsumeResult.RETRY;
                default -> ConsumeResult.SUCCESS;
            };
        }
    }

    private static long calls(MeterRegistry registry, String result) {
        Timer timer = registry.find("millrace.listener")
                .tags("group", "g", "result", result)
                .timer();
        return timer == null ? 0 : timer.count();
    }

    @Test
    void deliversAgainWhatFailedAndMeasuresIt() {
        runner.withBean(Failing.class)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(
                        ConsumerCustomizer.class,
                        () -> (group, consumer) -> consumer.orderedRetryPause(Duration.ofMillis(5)))
                .run(context -> {
                    MeterRegistry registry = context.getBean(MeterRegistry.class);
                    send(context, order("{\"id\":\"A1\",\"cents\":250}"));

                    until(() -> calls(registry, "success") == 1);
                    assertThat(context.getBean(Inbox.class).received).containsExactly("A1", "A1", "A1");
                    assertThat(calls(registry, "error")).isEqualTo(1);
                    assertThat(calls(registry, "retry")).isEqualTo(1);
                    assertThat(registry.get("millrace.listener.messages")
                                    .tag("result", "success")
                                    .counter()
                                    .count())
                            .isEqualTo(1);
                    assertThat(registry.get("millrace.listener.queues").gauge().value())
                            .isEqualTo(1);

                    context.getBean(MillraceListeners.class).stop();
                    assertThat(registry.find("millrace.listener.queues").gauge())
                            .isNull();
                });
    }

    @Test
    void keepsWhatItCantRead() {
        runner.withBean(Failing.class)
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withBean(
                        ConsumerCustomizer.class,
                        () -> (group, consumer) -> consumer.orderedRetryPause(Duration.ofMillis(5)))
                .run(context -> {
                    send(context, order("no json"));

                    until(() -> calls(context.getBean(MeterRegistry.class), "error") >= 3);
                    context.getBean(MillraceListeners.class).stop();
                    assertThat(context.getBean(Inbox.class).received).isEmpty();
                    assertThat(cluster.a.offset("g", "orders", 0)).isZero();
                });
    }

    /** Works until it is told to end. */
    static final class Slow {
        final CountDownLatch started = new CountDownLatch(1);
        final CountDownLatch mayEnd = new CountDownLatch(1);
        volatile boolean isDone;

        @MillraceListener(topic = "orders", group = "g", startFrom = StartFrom.Kind.FIRST)
        void take(String order) throws InterruptedException {
            started.countDown();
            mayEnd.await();
            isDone = true;
        }
    }

    @Test
    void waitsForCallsThatRunWhenTheApplicationStops() {
        runner.withBean(Slow.class).run(context -> {
            Slow slow = context.getBean(Slow.class);
            send(context, order("1"));
            assertThat(slow.started.await(10, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<Void> stopping = CompletableFuture.runAsync(context::close);
            until(() -> !context.getBean(MillraceListeners.class).isRunning());
            assertThat(stopping).isNotDone();
            slow.mayEnd.countDown();
            stopping.get(10, TimeUnit.SECONDS);

            assertThat(slow.isDone).isTrue();
            assertThat(cluster.a.offset("g", "orders", 0)).isEqualTo(1);
            assertThat(cluster.a.members("g")).isEmpty();
        });
    }

    private static boolean keepsTheApplicationRunning() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("millrace-listeners-") && !thread.isDaemon());
    }

    @Test
    void anApplicationRunsAsLongAsItsListeners() {
        runner.withBean(EachKind.class).run(context -> {
            assertThat(keepsTheApplicationRunning()).isTrue();

            context.close();

            until(() -> !keepsTheApplicationRunning());
        });
        runner.run(context -> assertThat(keepsTheApplicationRunning()).isFalse());
    }

    @Test
    void startsAgainAfterAStop() {
        runner.withBean(EachKind.class).run(context -> {
            MillraceListeners listeners = context.getBean(MillraceListeners.class);
            listeners.stop();
            assertThat(listeners.consumer("text")).isEmpty();

            listeners.start();

            assertThat(listeners.consumer("text").orElseThrow().assignment()).hasSize(1);
            assertThat(listeners.queueCounts()).hasSize(5).containsEntry("text", 1);
        });
    }

    /** Two listeners of one group. */
    static final class SameGroup {
        @MillraceListener(topic = "orders", group = "billing", filter = "paid")
        void orders(String order) {}

        @MillraceListener(topic = "refunds", group = "billing")
        void refunds(String refund) {}
    }

    private void assertRefused(ApplicationContextRunner application, String what) {
        application.run(context -> assertThat(rootOrSetup(context.getStartupFailure()))
                .isInstanceOf(SetupException.class)
                .hasMessageContaining(what));
    }

    /** The exception that is shown to people; it may have a cause of its own. */
    private static Throwable rootOrSetup(@Nullable Throwable failure) {
        Throwable each = failure;
        while (each != null && !(each instanceof SetupException) && each.getCause() != null) {
            each = each.getCause();
        }
        return Objects.requireNonNull(each);
    }

    @Test
    void refusesTwoListenersOfOneGroup() {
        runner.withBean(SameGroup.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(SetupException.class)
                        .hasMessageContaining("SameGroup.orders(String) (topic orders, filter paid)")
                        .hasMessageContaining("SameGroup.refunds(String) (topic refunds, filter *)")
                        .hasMessageContaining("are both in group billing; give each a group of its own"));
    }

    /** Wrong in one way that the test chooses by properties. */
    static final class Wrong {
        @MillraceListener(
                topic = "${topic:orders}",
                group = "${group:g}",
                threads = "${threads:}",
                batchMax = "${batch:}",
                idempotentBy = "${store:}")
        void take(String text) {}
    }

    /** Its placeholder is nowhere. */
    static final class Unresolved {
        @MillraceListener(topic = "${nowhere}", group = "g")
        void take(String text) {}
    }

    @Test
    void saysWhatIsWrongWithAListener() {
        ApplicationContextRunner wrong = runner.withBean(Wrong.class);
        assertRefused(wrong.withPropertyValues("topic= "), "listener Wrong.take(String) has an empty topic");
        assertRefused(wrong.withPropertyValues("group= "), "has an empty group");
        assertRefused(
                wrong.withPropertyValues("group=my group"),
                "group of listener Wrong.take(String) is 'my group', which no broker takes");
        assertRefused(
                wrong.withPropertyValues("topic=" + "t".repeat(128)),
                "t', which no broker takes; use letters, digits, - and _, 127 of them at most");
        assertRefused(
                wrong.withPropertyValues("threads=many"), "has threads=many, which is not possible; give a number");
        assertRefused(wrong.withPropertyValues("threads=0"), "has threads=0, which is not possible");
        assertRefused(wrong.withPropertyValues("batch=5"), "takes one message at a time, and has batchMax=5");
        assertRefused(
                wrong.withPropertyValues("store=marks"),
                "has idempotentBy=marks; beans of type IdempotenceStore are []; name one of them, or add one");
        assertRefused(runner.withBean(Unresolved.class), "has topic=\"${nowhere}\"");
        assertRefused(
                runner.withBean(EachKind.class).withClassLoader(new FilteredClassLoader("tools.jackson")),
                "takes an object, and there is nothing to read JSON with; add the dependency spring-boot-starter-jackson");
        assertRefused(
                runner.withBean(EachKind.class)
                        .withPropertyValues("millrace.namesrv=127.0.0.1:1", "millrace.request-timeout=200ms"),
                "did not start: none of the NameServers [127.0.0.1:1] answers");
        assertRefused(
                runner.withBean(Elaborate.class)
                        .withBean("marks", IdempotenceStore.class, () -> MemoryStore.ofSize(100))
                        .withPropertyValues(
                                "shop.topic=orders", "shop.filter=*", "shop.batch=1", "millrace.idempotence.lease=1ms"),
                "idempotence of group billing is not possible: lease PT0.001S is outside");
    }
}
