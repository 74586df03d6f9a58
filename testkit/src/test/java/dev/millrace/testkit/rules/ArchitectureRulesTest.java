package dev.millrace.testkit.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchitectureRulesTest {
    private final Samples samples;

    ArchitectureRulesTest(@TempDir Path module) {
        this.samples = new Samples(module);
    }

    @Test
    void findsArrowAgainstTheDirection() throws IOException {
        samples.main("package dev.millrace.store; public class Log {}");
        samples.main("""
                package dev.millrace.protocol;
                public class Frame {
                    Object log = new dev.millrace.store.Log();
                }
                """);

        assertThat(violations())
                .contains(
                        "Frame.java:3 dev.millrace.protocol uses dev.millrace.store; module protocol may use only []");
    }

    @Test
    void allowsArrowAsDrawn() throws IOException {
        samples.main("package dev.millrace.protocol; public class Frame {}");
        samples.main("package dev.millrace.store; class Log { Object frame = new dev.millrace.protocol.Frame(); }");

        assertThat(violations()).isEmpty();
    }

    @Test
    void letsOnlyOnePackageOfTheBrokerUseResources() throws IOException {
        samples.main("package dev.millrace.crds; public class Kind {}");
        samples.main("package dev.millrace.broker.kubernetes; class Good { dev.millrace.crds.Kind kind; }");
        samples.main("package dev.millrace.broker.send; class Bad { dev.millrace.crds.Kind kind; }");

        assertThat(violations()).singleElement().asString().contains("dev.millrace.broker.send uses dev.millrace.crds");
    }

    @Test
    void findsLibraryOutsideItsPackage() throws IOException {
        samples.main("package io.netty.buffer; public class Fake {}");
        samples.main("package io.fabric8.client; public class Fake {}");
        samples.main("package dev.millrace.protocol.transport; class Good { io.netty.buffer.Fake buffer; }");
        samples.main("package dev.millrace.protocol.codec; class Bad { io.netty.buffer.Fake buffer; }");
        samples.main("package dev.millrace.cli; class Verb { io.fabric8.client.Fake client; }");

        assertThat(violations())
                .hasSize(2)
                .anyMatch(text -> text.contains("dev.millrace.protocol.codec uses io.netty.buffer; only"
                        + " [dev.millrace.protocol.transport] may use io.netty"))
                .anyMatch(text -> text.contains("dev.millrace.cli uses io.fabric8.client"));
    }

    @Test
    void findsPackageCycle() throws IOException {
        samples.main("package dev.millrace.store.a; public class One { dev.millrace.store.b.Two two; }");
        samples.main("package dev.millrace.store.b; public class Two { dev.millrace.store.a.One one; }");

        assertThat(violations()).anyMatch(text -> text.startsWith("package cycle: Cycle detected"));
    }

    @Test
    void findsClocksThreadsAndExitsOutsideWiring() throws IOException {
        String body = """
                {
                    long a = System.currentTimeMillis();
                    java.util.function.LongSupplier b = System::nanoTime;
                    java.time.Instant c = java.time.Instant.now();
                    Thread d = new Thread(() -> {});
                    Object e = java.util.concurrent.Executors.newCachedThreadPool();
                    String f = System.getProperty("x");
                    void sleep() throws InterruptedException { Thread.sleep(1); }
                    void exit() { System.exit(1); }
                }
                """;
        samples.main("package dev.millrace.store; class Loop " + body);
        samples.main("package dev.millrace.store; class StoreMain " + body);
        samples.main("package dev.millrace.store; class StoreWiring " + body);
        samples.main("package dev.millrace.store; class AgentThreads " + body);

        List<String> found = new ArchitectureRules(samples.compile(), Set.of("AgentThreads")).violations();

        assertThat(found).hasSize(8).allMatch(text -> text.startsWith("Loop.java:"));
        assertThat(found)
                .contains("Loop.java:3 calls java.lang.System.nanoTime; only wiring classes may: pass in a clock, a"
                        + " thread runner or a setting");
    }

    @Test
    void findsRawException() throws IOException {
        samples.main("""
                package dev.millrace.store;
                class Bad {
                    static class Own extends RuntimeException { Own() { super("fine"); } }
                    void fail() { throw new RuntimeException("raw"); }
                }
                """);

        assertThat(violations())
                .containsExactly("Bad.java:4 makes a raw java.lang.RuntimeException; throw the module's own exception");
    }

    @Test
    void findsInternalTypeInClientSignature() throws IOException {
        samples.main("package dev.millrace.client.internal.net; public class Secret {}");
        samples.main("""
                package dev.millrace.client;
                public class Producer {
                    private dev.millrace.client.internal.net.Secret hidden;
                    public java.util.List<dev.millrace.client.internal.net.Secret> shown() { return null; }
                }
                """);
        samples.main(
                "package dev.millrace.client; public class Consumer extends dev.millrace.client.internal.net.Secret {}");

        assertThat(violations())
                .hasSize(2)
                .anyMatch(text -> text.contains("Producer.shown() shows dev.millrace.client.internal.net.Secret"))
                .anyMatch(text -> text.contains("client.Consumer inherits from"));
    }

    private List<String> violations() throws IOException {
        return new ArchitectureRules(samples.compile(), Set.of()).violations();
    }
}
