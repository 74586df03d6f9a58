package dev.millrace.e2e.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Outcome;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.client.Scenarios;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The committed page is what its outcomes and the scenarios that exist make of it. With {@code
 * -De2e.compatibility=write} it is made again: the outcomes of this build's runs replace older ones.
 */
final class CompatibilityTest {
    private static final Path RESULTS = Path.of("compatibility.tsv");
    private static final Path PAGE = Path.of("..", "docs", "compatibility.md");

    @Test
    void thePageShowsWhatTheScenariosDid() throws IOException {
        boolean isWriting = "write".equals(System.getProperty("e2e.compatibility"));
        Set<String> scenarios = scenarios();
        List<Outcome> outcomes = new ArrayList<>(Files.exists(RESULTS) ? Outcome.read(RESULTS) : List.of());
        if (isWriting) {
            outcomes.addAll(Outcome.ofThisBuild());
            outcomes.removeIf(outcome -> !scenarios.contains(outcome.scenario()));
            Files.write(RESULTS, sorted(outcomes));
            Files.writeString(PAGE, CompatibilityPage.render(scenarios, outcomes));
        }

        String page = CompatibilityPage.render(scenarios, outcomes);

        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/compatibility.md; make it again as e2e/README.md says")
                .isEqualTo(page);
    }

    private static List<String> sorted(List<Outcome> outcomes) {
        Map<String, String> lines = new TreeMap<>();
        outcomes.forEach(outcome -> lines.put(outcome.cell(), outcome.line()));
        return List.copyOf(lines.values());
    }

    private static Set<String> scenarios() {
        Set<String> names = new TreeSet<>();
        Scenarios.ofThePage().forEach((ScenarioRef scenario) -> names.add(scenario.toString()));
        return names;
    }

    @Test
    void rendersEveryVerdict() {
        List<Outcome> outcomes = List.of(
                outcome("JSON", "A.passesInBoth", Outcome.Verdict.PASSED, ""),
                outcome("ROCKETMQ", "A.passesInBoth", Outcome.Verdict.PASSED, ""),
                outcome("JSON", "A.passesInOne", Outcome.Verdict.PASSED, ""),
                outcome("JSON", "A.fails", Outcome.Verdict.FAILED, "expected <1>\n but was 2"),
                outcome("JSON", "A.isNotThere", Outcome.Verdict.IMPOSSIBLE, "too old"));

        String page = CompatibilityPage.render(
                List.of("A.passesInBoth", "A.passesInOne", "A.fails", "A.isNotThere", "A.isNew"), outcomes);

        assertThat(page.lines())
                .contains("| Other | - | - | 2 of 5 | - | - | - |")
                .contains("| passes in both | - | - | yes | - | - | - |")
                .contains("| passes in one | - | - | JSON | - | - | - |")
                .contains("| fails | - | - | no (JSON) | - | - | - |")
                .contains("| is not there | - | - | not possible | - | - | - |")
                .contains("| is new | - | - | - | - | - | - |")
                .contains("- fails, client 5.5.0: failed: expected 1 but was 2")
                .contains("- is not there, client 5.5.0: too old");
    }

    private static Outcome outcome(String header, String scenario, Outcome.Verdict verdict, String reason) {
        return new Outcome("MILLRACE", "5.5.0", header, scenario, verdict, reason);
    }
}
