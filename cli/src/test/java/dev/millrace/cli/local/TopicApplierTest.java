package dev.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.cluster.FakeCluster;
import dev.millrace.cli.terminal.CliException;
import dev.millrace.cli.terminal.ExitCode;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.crds.LoadOutcome;
import dev.millrace.crds.ResourceFiles;
import dev.millrace.crds.v1beta1.Topic;
import dev.millrace.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TopicApplierTest {
    private final FakeCluster cluster = new FakeCluster();
    private final ManualClock clock = new ManualClock(Instant.EPOCH);

    @Test
    void makesATopicOnce() {
        assertThat(apply(4)).containsExactly("topic orders created, 4 queues on each broker");
        assertThat(apply(4)).containsExactly("topic orders is there, 4 queues on each broker");
        assertThat(cluster.topics()).containsExactly("orders");
    }

    @Test
    void growsATopic() {
        apply(4);

        assertThat(apply(6)).containsExactly("topic orders changed, 6 queues on each broker");
    }

    @Test
    void passesOnWhatTheResourceSays() {
        apply("queuesPerGroup: 2, type: Fifo, permission: ReadOnly, attributes: {a: b}");

        assertThat(cluster.spec("orders"))
                .isEqualTo(new TopicSpec(
                        "orders",
                        2,
                        TopicSpec.Access.READ,
                        true,
                        Set.of("g0"),
                        "shop",
                        Map.of("a", "b", "message.type", "FIFO")));
    }

    @Test
    void takesNoQueuesAway() {
        apply(4);

        assertThatThrownBy(() -> apply(2))
                .isInstanceOf(CliException.class)
                .hasMessageContainingAll("'orders' has 4 queues", "queuesPerGroup is 2", "say 4")
                .extracting("exitCode")
                .isEqualTo(ExitCode.REFUSED_RESOURCE);
    }

    @Test
    void waitsUntilABrokerIsKnown() {
        var attempts = new AtomicInteger();
        cluster.onCreate(() -> {
            if (attempts.incrementAndGet() < 5) {
                throw new CliException(ExitCode.FAILURE, "no broker is known; wait");
            }
        });

        assertThat(apply(4)).hasSize(1);

        assertThat(attempts).hasValue(5);
        assertThat(clock.instant()).isEqualTo(Instant.EPOCH.plus(Duration.ofMillis(400)));
    }

    @Test
    void givesUpWhenNoBrokerIsKnownInTime() {
        cluster.onCreate(() -> {
            throw new CliException(ExitCode.FAILURE, "no broker is known; wait");
        });

        assertThatThrownBy(() -> apply(4)).hasMessage("no broker is known; wait");
    }

    private List<String> apply(int queues) {
        return apply("queuesPerGroup: " + queues);
    }

    private List<String> apply(String fields) {
        Cluster.Connector connector = nameServers -> cluster;
        var machine = new Machine(
                new FakeProcesses(),
                new NoPrograms(),
                (host, port, httpPort) -> true,
                connector,
                clock.nanos(),
                clock,
                clock::advance,
                () -> false,
                task -> {});
        var broker = new ServerPlan("g0", Role.BROKER, "127.0.0.1", 2, 0, List.of(2), Optional.empty(), Map.of());
        return new TopicApplier(machine)
                .apply(new ClusterPlan("shop", List.of(broker), List.of(), List.of(topic(fields))));
    }

    private static Topic topic(String fields) {
        String yaml = """
                apiVersion: millrace.dev/v1beta1
                kind: Topic
                metadata: {name: orders}
                spec: {clusterRef: {name: shop}, %s}
                """.formatted(fields);
        return (Topic) ((LoadOutcome.Loaded) ResourceFiles.parse(Map.of("t.yaml", yaml)))
                .resources()
                .getFirst();
    }

    /** Nothing is started here. */
    private static final class NoPrograms implements Programs {
        @Override
        public List<String> server(boolean isBroker, java.nio.file.Path config) {
            return List.of();
        }

        @Override
        public List<String> group(List<String> arguments) {
            return arguments;
        }

        @Override
        public List<String> self(List<String> arguments) {
            return List.of();
        }
    }
}
