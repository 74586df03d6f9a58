package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        // A load driver measures time and is made of threads; processes and targets wait for servers of others.
        var rules = HouseRules.ofModule(Path.of(""))
                .withWiring(
                        "Bench",
                        "MicroStore",
                        "OnceTarget",
                        "StoreServer",
                        "PendingTurn",
                        "QueueBatches",
                        "QueueEnds",
                        "RecoveryTurn",
                        "RunningServer",
                        "Ports",
                        "ServerProcess",
                        "KafkaTarget",
                        "RocketMqTarget");

        assertThat(rules.violations())
                .filteredOn(violation -> !isOfBareEcho(violation) && !isGenerated(violation))
                .isEmpty();
    }

    private static boolean isOfBareEcho(String violation) {
        return violation.contains("dev.millrace.bench.echo uses io.netty");
    }

    private static boolean isGenerated(String violation) {
        return violation.contains("_jmh");
    }
}
