package dev.millrace.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testkit.rules.HouseRules;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class HouseRulesTest {
    @Test
    void holds() {
        assertThat(HouseRules.ofModule(Path.of("")).violations()).isEmpty();
    }
}
