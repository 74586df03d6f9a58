package dev.millrace.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        // LoopState hands the monotonic clock to what one event loop shares; everything below takes it as an argument.
        HouseRules rules = HouseRules.ofModule(Path.of("")).withWiring("LoopState");

        assertThat(rules.violations()).isEmpty();
    }
}
