package dev.millrace.broker.role.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.role.Copy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Seeded histories of a group with every kind of fault. {@code -Dsimulation.seeds=10000} runs more of them, {@code -Dseed=7}
 * one with its history.
 */
final class GroupSimulationTest {
    private static final long SEEDS = Long.getLong("simulation.seeds", 2_000);
    private static final long FIRST = Long.getLong("simulation.first", 1);

    /** Nothing acknowledged is lost, and the group serves again, whatever the seed. */
    @Test
    void keepsWhatItAcknowledgedWhateverHappens() {
        Long single = Long.getLong("seed");
        long first = single == null ? FIRST : single;
        long count = single == null ? SEEDS : 1;

        List<String> failures = Runs.failures(first, count, (identity, stored) -> new Copy(identity, stored, 0));

        assertThat(failures).isEmpty();
    }

    /** Histories that once found a mistake. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {111_819, 101168, 209082})
    void keepsWhatItAcknowledgedInHistoriesThatOnceFailed(long seed) {
        List<String> failures = Runs.failures(seed, 1, (identity, stored) -> new Copy(identity, stored, 0));

        assertThat(failures).isEmpty();
    }

    /** The same seed is the same history, else no failure could be looked at. */
    @Test
    void repeatsAHistoryFromItsSeed() {
        List<Simulation.Outcome> twice = new ArrayList<>();

        for (int i = 0; i < 2; i++) {
            twice.add(Runs.run(42, (identity, stored) -> new Copy(identity, stored, 0)));
        }

        assertThat(twice.getFirst()).isEqualTo(twice.getLast());
    }
}
