package dev.millrace.client.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.TransactionalProducer.OutcomeCheck;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Which beans there are, and what wrong settings say. No server runs: the client connects when it first needs to. */
class SetupTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(MillraceAutoConfiguration.class, MillraceHealthAutoConfiguration.class));
    private final ApplicationContextRunner connected = runner.withPropertyValues("millrace.namesrv=127.0.0.1:1");

    /** Asserts that the application does not start, and what is said. */
    private static void assertRefused(ApplicationContextRunner application, String what, String remedy) {
        application.run(context -> {
            assertThat(context).hasFailed();
            Throwable failure = Objects.requireNonNull(context.getStartupFailure());
            FailureAnalysis analysis = Objects.requireNonNull(new SetupFailureAnalyzer().analyze(failure));
            assertThat(analysis.getDescription()).isEqualTo(what);
            assertThat(analysis.getAction()).startsWith(remedy);
        });
    }

    @Test
    void makesClientAndProducer() {
        connected.run(context -> assertThat(context)
                .hasSingleBean(MillraceClient.class)
                .hasSingleBean(Producer.class)
                .hasSingleBean(MillraceListeners.class)
                .hasSingleBean(HealthIndicator.class)
                .doesNotHaveBean(TransactionalProducer.class));
    }

    @Test
    void wantsAnAddress() {
        String remedy = "write millrace.namesrv=host:port, several separated by ;";
        assertRefused(runner, "millrace.namesrv is not set, so nothing can be sent or received", remedy);
        for (String wrong : new String[] {"localhost", "http://localhost:9876", "a:1;b", "a:x", "a:1 b:2"}) {
            assertRefused(
                    runner.withPropertyValues("millrace.namesrv=" + wrong),
                    "millrace.namesrv is '" + wrong + "', which is no list of addresses",
                    remedy);
        }
        runner.withPropertyValues("millrace.namesrv=ns-0.shop:9876; ns-1.shop:9876")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void namesThePropertyThatIsWrong() {
        assertRefused(
                connected.withPropertyValues("millrace.io-threads=0"), "millrace.io-threads is 0", "give 1 or more");
        assertRefused(
                connected.withPropertyValues("millrace.request-timeout=0s"),
                "millrace.request-timeout is PT0S",
                "give more than 0");
        assertRefused(
                connected.withPropertyValues("millrace.producer.send-timeout=-1s"),
                "millrace.producer.send-timeout is PT-1S",
                "give more than 0");
        assertRefused(
                connected.withPropertyValues("millrace.producer.buffer-size=1KB"),
                "millrace.producer.buffer-size is 1024 bytes",
                "give 1MB or more");
        assertRefused(
                connected.withPropertyValues("millrace.listener.threads=0"),
                "millrace.listener.threads is 0",
                "give 1 or more");
        assertRefused(
                connected.withPropertyValues("millrace.producer.group=my shop"),
                "millrace.producer.group is 'my shop', which no broker takes",
                "use letters, digits, - and _");
    }

    @Configuration(proxyBeanMethods = false)
    static class Checking {
        @Bean
        OutcomeCheck check() {
            return message -> TransactionOutcome.COMMIT;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class CheckingTwice {
        @Bean
        OutcomeCheck orders() {
            return message -> TransactionOutcome.COMMIT;
        }

        @Bean
        OutcomeCheck payments() {
            return message -> TransactionOutcome.COMMIT;
        }
    }

    /** Sends and checks: the two need each other. */
    static final class Ledger implements OutcomeCheck {
        final TransactionalProducer producer;

        Ledger(TransactionalProducer producer) {
            this.producer = producer;
        }

        @Override
        public TransactionOutcome check(ReceivedMessage message) {
            return TransactionOutcome.COMMIT;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneLedger {
        @Bean
        Ledger ledger(TransactionalProducer producer) {
            return new Ledger(producer);
        }
    }

    @Test
    void makesATransactionalProducerWhereOutcomesAreChecked() {
        assertRefused(
                connected.withUserConfiguration(Checking.class),
                "there is an OutcomeCheck bean, but millrace.transaction.group is not set",
                "name the group");
        assertRefused(
                connected
                        .withUserConfiguration(CheckingTwice.class)
                        .withPropertyValues("millrace.transaction.group=shop"),
                "there are 2 OutcomeCheck beans: [orders, payments]",
                "keep one");
        connected
                .withUserConfiguration(OneLedger.class)
                .withPropertyValues("millrace.transaction.group=shop", "millrace.transaction.topics=orders")
                .run(context -> assertThat(context.getBean(Ledger.class).producer)
                        .isSameAs(context.getBean(TransactionalProducer.class)));
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnClient {
        @Bean
        MillraceClient own() {
            return MillraceClient.builder().namesrv("127.0.0.1:1").build();
        }
    }

    @Test
    void givesWayToBeansOfTheApplication() {
        runner.withUserConfiguration(OwnClient.class)
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(MillraceClient.class));
    }

    /** The sample application of {@code examples/spring-orders} has no health. */
    @Test
    void worksWithoutJacksonAndMicrometer() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(MillraceAutoConfiguration.class))
                .withPropertyValues("millrace.namesrv=127.0.0.1:1")
                .withClassLoader(new FilteredClassLoader(JsonMapper.class.getPackageName(), "io.micrometer"))
                .run(context -> assertThat(context)
                        .hasSingleBean(Producer.class)
                        .doesNotHaveBean(PayloadReader.class)
                        .doesNotHaveBean(ListenerMeters.class));
    }

    @Test
    void isDownWhileNobodyAnswers() {
        connected.withPropertyValues("millrace.request-timeout=200ms").run(context -> {
            var health = Objects.requireNonNull(
                    context.getBean(HealthIndicator.class).health());

            assertThat(health.getStatus().getCode()).isEqualTo("DOWN");
            assertThat(String.valueOf(health.getDetails().get("error")))
                    .contains("none of the NameServers [127.0.0.1:1] answers");
        });
        connected
                .withPropertyValues("management.health.millrace.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(HealthIndicator.class));
    }
}
