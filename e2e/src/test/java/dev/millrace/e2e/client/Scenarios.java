package dev.millrace.e2e.client;

import dev.millrace.e2e.scenario.AdminChangeScenarios;
import dev.millrace.e2e.scenario.AdminQueryScenarios;
import dev.millrace.e2e.scenario.AdminScenarios;
import dev.millrace.e2e.scenario.FilterScenarios;
import dev.millrace.e2e.scenario.GroupScenarios;
import dev.millrace.e2e.scenario.NamespaceScenarios;
import dev.millrace.e2e.scenario.PullScenarios;
import dev.millrace.e2e.scenario.PushScenarios;
import dev.millrace.e2e.scenario.ReplyScenarios;
import dev.millrace.e2e.scenario.ResetScenarios;
import dev.millrace.e2e.scenario.SendScenarios;
import dev.millrace.e2e.scenario.TimerScenarios;
import dev.millrace.e2e.scenario.TraceScenarios;
import dev.millrace.e2e.scenario.TransactionScenarios;
import dev.millrace.e2e.servers.Jars;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The lists of scenarios. Thread-safe: stateless. */
public final class Scenarios {

    /** Class files of scenarios, but for those that need servers of their own, or a store that has a history. */
    private static final Pattern LISTED =
            Pattern.compile("(?!Store|Tool|Namesrv|Repeated)(?!.*(Kill|Restart|Mix))[A-Za-z]+Scenarios\\.class");

    private Scenarios() {}

    /**
     * Scenarios that may run at the same time on the same servers, those that wait longest first: those that the property
     * {@code e2e.scenarios} is part of.
     */
    public static List<ScenarioRef> sharing() {
        String wanted = System.getProperty("e2e.scenarios", "");
        return all().stream()
                .filter(scenario -> scenario.toString().contains(wanted))
                .toList();
    }

    private static List<ScenarioRef> all() {
        return ScenarioRef.of(
                TransactionScenarios.class,
                TimerScenarios.class,
                PushScenarios.class,
                GroupScenarios.class,
                FilterScenarios.class,
                PullScenarios.class,
                ReplyScenarios.class,
                ResetScenarios.class,
                TraceScenarios.class,
                AdminScenarios.class,
                AdminQueryScenarios.class,
                AdminChangeScenarios.class,
                NamespaceScenarios.class,
                SendScenarios.class);
    }

    /** Scenarios that docs/compatibility.md lists: all but those that a suite prepares stores or kills servers with. */
    public static List<ScenarioRef> ofThePage() {
        Path folder = Jars.testClasses().resolve("dev/millrace/e2e/scenario");
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> LISTED.matcher(name).matches())
                    .sorted()
                    .flatMap(name -> ScenarioRef.of(type(name)).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> type(String fileName) {
        String name = "dev.millrace.e2e.scenario." + fileName.substring(0, fileName.indexOf('.'));
        try {
            return Class.forName(name, false, Scenarios.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("class " + name + " is gone; build e2e again", e);
        }
    }
}
