package dev.millrace.cli.local;

import java.util.List;

/** What came of planning. */
sealed interface PlanOutcome {
    /** Everything fits. */
    record Planned(ClusterPlan plan) implements PlanOutcome {}

    /** The resources are well-formed, but not for one machine; each reason ends with a remedy. */
    record NotHere(List<String> reasons) implements PlanOutcome {
        public NotHere {
            reasons = List.copyOf(reasons);
        }
    }
}
