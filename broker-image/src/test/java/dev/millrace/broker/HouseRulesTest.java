package dev.millrace.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        // Broker is the wiring; the two others make the threads that it uses.
        HouseRules rules = HouseRules.ofModule(Path.of("")).withWiring("Broker", "AdminExecutor", "BrokerTimers");

        assertThat(rules.violations()).isEmpty();
    }
}
