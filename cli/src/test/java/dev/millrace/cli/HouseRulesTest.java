package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        // A load driver measures time and is made of threads.
        var rules = HouseRules.ofModule(Path.of(""))
                .withWiring("Arrivals", "Backlog", "CpuTimes", "MillraceTarget", "Phase", "Sender");

        assertThat(rules.violations()).isEmpty();
    }
}
