package dev.millrace.e2e.client;

import dev.millrace.e2e.scenario.AdminScenarios;
import dev.millrace.e2e.scenario.FilterScenarios;
import dev.millrace.e2e.scenario.GroupScenarios;
import dev.millrace.e2e.scenario.PullScenarios;
import dev.millrace.e2e.scenario.PushScenarios;
import dev.millrace.e2e.scenario.SendScenarios;
import dev.millrace.e2e.scenario.TransactionScenarios;
import java.util.List;

/** The lists of scenarios. Thread-safe: stateless. */
public final class Scenarios {

    private Scenarios() {}

    /** Scenarios that may run at the same time on the same servers, those that wait longest first. */
    public static List<ScenarioRef> sharing() {
        return ScenarioRef.of(
                TransactionScenarios.class,
                PushScenarios.class,
                GroupScenarios.class,
                FilterScenarios.class,
                PullScenarios.class,
                AdminScenarios.class,
                SendScenarios.class);
    }
}
