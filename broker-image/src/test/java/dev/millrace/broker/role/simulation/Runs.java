package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.RecordRules;
import java.util.ArrayList;
import java.util.List;

/** Many seeds in a row. Thread-safe: stateless. */
final class Runs {
    private static final int FAILURES_MAX = 5;

    private Runs() {}

    static Simulation.Outcome run(long seed, CopyMaker copies) {
        return Simulation.run(seed, Plan.of(new Dice(seed)), copies, RecordRules::violations);
    }

    /** Histories of the seeds that fail, the first few. */
    static List<String> failures(long first, long count, CopyMaker copies) {
        List<String> failures = new ArrayList<>();
        for (long seed = first; seed < first + count && failures.size() < FAILURES_MAX; seed++) {
            Simulation.Outcome outcome = run(seed, copies);
            if (outcome.violation().isPresent()) {
                failures.add(Simulation.history(outcome, copies, RecordRules::violations));
            }
        }
        return failures;
    }
}
