package dev.millrace.e2e.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.client.spring.MillraceListener;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** What an application prints that is set up wrongly: what is wrong, by the name of its setting, and what to do. */
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class SpringMistakesIT {
    private static final String TOPIC = "mistakes";

    @TempDir
    static Path scratch;

    private static Servers servers;

    /** One listener, whose attributes the arguments change. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {
        @MillraceListener(topic = "${topic:mistakes}", group = "${group:g}", filter = "${filter:*}")
        void take(String text) {}
    }

    /** Two listeners of one group that want different messages. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class TwoOfOneGroup {
        @MillraceListener(topic = TOPIC, group = "g", filter = "paid")
        void one(String text) {}

        @MillraceListener(topic = TOPIC, group = "g", filter = "placed")
        void other(String text) {}
    }

    /** A filter that no broker can read. */
    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class BadFilter {
        @MillraceListener(topic = TOPIC, group = "g", filter = "cents >", filterType = Filter.Type.SQL92)
        void take(String text) {}
    }

    @BeforeAll
    static void start() {
        servers = ServerKind.MILLRACE.start(scratch, ServerOptions.usual().withTopicCreation(false));
        try (MillraceClient client =
                MillraceClient.builder().namesrv(servers.namesrvAddress()).build()) {
            Admin admin = Admin.of(client);
            admin.createTopic(TopicSpec.of(TOPIC, 1));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> admin.describeTopic(TOPIC).isPresent());
        }
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    private static ConfigurableApplicationContext run(Class<?> application, String... settings) {
        return new SpringApplicationBuilder(application)
                .properties("millrace.namesrv=" + servers.namesrvAddress())
                .run(settings);
    }

    /** Asserts that the application does not start, and prints these texts and no stack. */
    private static void assertSays(CapturedOutput output, Class<?> application, String[] settings, String... texts) {
        assertThatException().isThrownBy(() -> run(application, settings).close());
        assertThat(output.getOut())
                .contains("APPLICATION FAILED TO START")
                .contains(texts)
                .doesNotContain("\tat dev.millrace");
    }

    private static String[] with(String... settings) {
        return settings;
    }

    @Test
    void noNamesrv(CapturedOutput output) {
        assertSays(
                output,
                Application.class,
                with("--millrace.namesrv="),
                "millrace.namesrv is not set",
                "write millrace.namesrv=host:port");
    }

    @Test
    void aNamesrvThatDoesNotAnswer(CapturedOutput output) {
        assertSays(
                output,
                Application.class,
                with("--millrace.namesrv=127.0.0.1:1", "--millrace.request-timeout=200ms"),
                "listener Application.take(String) of group g did not start: none of the NameServers [127.0.0.1:1] answers",
                "millrace.namesrv");
    }

    @Test
    void aTimeThatIsNone(CapturedOutput output) {
        assertSays(
                output,
                Application.class,
                with("--millrace.request-timeout=soon"),
                "millrace.request-timeout",
                "'soon' is not a valid duration");
    }

    @Test
    void noGroup(CapturedOutput output) {
        assertSays(output, Application.class, with("--group="), "has an empty group", "give it a name");
    }

    @Test
    void aGroupThatNoBrokerTakes(CapturedOutput output) {
        assertSays(
                output,
                Application.class,
                with("--group=a b"),
                "group of listener Application.take(String) is 'a b', which no broker takes",
                "use letters, digits, - and _");
    }

    @Test
    void twoListenersOfOneGroup(CapturedOutput output) {
        assertSays(
                output,
                TwoOfOneGroup.class,
                with(),
                "TwoOfOneGroup.one(String) (topic mistakes, filter paid)",
                "TwoOfOneGroup.other(String) (topic mistakes, filter placed)",
                "give each a group of its own");
    }

    @Test
    void aFilterThatNoBrokerCanRead(CapturedOutput output) {
        assertSays(
                output, BadFilter.class, with(), "did not start: filter 'cents >' of topic mistakes is not possible");
    }

    /** Topics may be made later, so the application starts; but it says so. */
    @Test
    void aTopicThatIsNotThere(CapturedOutput output) {
        try (ConfigurableApplicationContext started = run(Application.class, "--topic=mistake")) {
            assertThat(started.isRunning()).isTrue();
        }

        assertThat(output.getOut())
                .containsPattern("WARN consumerGroup=\"g\" topic=\"mistake\" .*there is no such topic; it is"
                        + " read once it is made, check its name");
    }
}
