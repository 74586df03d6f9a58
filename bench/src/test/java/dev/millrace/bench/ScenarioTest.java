package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.LoadResult;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScenarioTest {
    @ParameterizedTest
    @EnumSource(Scenario.class)
    void planReachesTheDriverWhole(Scenario scenario) {
        var changes = new Scenario.Changes(0, 0, 0, 10, 0, 30, Set.of(), 0.8);

        var plan = Scenario.of(scenario.label()).plan(changes);

        assertThat(LoadPlan.parse(LoadResult.parsePairs(plan.toArguments().toArray(String[]::new))))
                .isEqualTo(plan);
        assertThat(plan.messageCount()).isPositive();
    }
}
