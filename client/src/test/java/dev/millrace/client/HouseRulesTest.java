package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        // ClientRuntime reads the clocks and hands them on; ClientThreads makes every thread of the client.
        HouseRules rules = HouseRules.ofModule(Path.of("")).withWiring("ClientRuntime", "ClientThreads");

        assertThat(rules.violations()).isEmpty();
    }
}
