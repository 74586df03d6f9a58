package dev.millrace.e2e.compatibility;

import dev.millrace.e2e.client.Outcome;
import dev.millrace.e2e.client.Outcome.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The page: a table of features, then one table of scenarios for each. A column is a client version with a broker, both
 * headers together. Owner: the test's thread.
 */
final class CompatibilityPage {
    private static final List<String> KINDS = List.of("MILLRACE", "APACHE");
    private static final List<String> VERSIONS = List.of("4.9.8", "5.3.3", "5.5.0");
    private static final String HEAD = """
            # Compatibility

            What published RocketMQ clients do with our broker, and with Apache RocketMQ 5.5.0 beside it. Tests make this page: each
            line of the lower tables is a scenario of [e2e](../e2e/README.md), the same code for all columns, run with JSON and with
            binary headers. A build fails when the page and the scenarios differ; how to make it again stands in that README.

            A number counts scenarios that passed, of those that exist. `yes`: passed with both headers; `JSON`, `binary`: passed with
            that one, not run with the other; `-`: not run; `not possible` and `no`: the reason stands below the table. Where our
            broker differs on purpose, [differences.md](differences.md) says so.

            """;

    private final Collection<String> scenarios;
    private final Map<String, Outcome> outcomes = new TreeMap<>();
    private final StringBuilder text = new StringBuilder(HEAD);

    private CompatibilityPage(Collection<String> scenarios, List<Outcome> results) {
        this.scenarios = new TreeSet<>(scenarios);
        results.forEach(outcome -> outcomes.put(outcome.cell(), outcome));
    }

    /**
     * Renders the page.
     *
     * @param scenarios all that exist, {@code Class.method}
     * @param results outcomes, of which later ones replace earlier ones; those of other scenarios are left out
     */
    static String render(Collection<String> scenarios, List<Outcome> results) {
        CompatibilityPage page = new CompatibilityPage(scenarios, results);
        page.appendFeatures();
        for (Feature feature : Feature.values()) {
            page.appendScenarios(feature);
        }
        return page.text.toString();
    }

    private List<String> of(Feature feature) {
        return scenarios.stream()
                .filter(scenario -> Feature.of(scenario) == feature)
                .toList();
    }

    private void appendFeatures() {
        appendHeading("feature");
        for (Feature feature : Feature.values()) {
            List<String> own = of(feature);
            if (!own.isEmpty()) {
                appendRow(feature.title(), column -> count(own, column));
            }
        }
    }

    private void appendScenarios(Feature feature) {
        List<String> own = of(feature);
        if (own.isEmpty()) {
            return;
        }
        text.append("\n## ").append(feature.title()).append("\n\n");
        appendHeading("scenario");
        Set<String> reasons = new LinkedHashSet<>();
        for (String scenario : own) {
            appendRow(words(scenario), column -> cell(scenario, column, reasons));
        }
        if (!reasons.isEmpty()) {
            text.append('\n');
            reasons.forEach(reason -> text.append("- ").append(reason).append('\n'));
        }
    }

    /** @param kind whose servers */
    private record Column(String kind, String version) {}

    @FunctionalInterface
    private interface Cells {
        String text(Column column);
    }

    private static List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        for (String kind : KINDS) {
            VERSIONS.forEach(version -> columns.add(new Column(kind, version)));
        }
        return columns;
    }

    private void appendHeading(String first) {
        appendRow(first, column -> (column.kind.equals("MILLRACE") ? "ours" : "Apache's") + ", " + column.version);
        text.append("|---".repeat(1 + columns().size())).append("|\n");
    }

    private void appendRow(String first, Cells cells) {
        text.append("| ").append(first);
        columns().forEach(column -> text.append(" | ").append(cells.text(column)));
        text.append(" |\n");
    }

    private List<Outcome> outcomes(String scenario, Column column) {
        String start = String.join("\t", scenario, column.kind, column.version) + "\t";
        return outcomes.values().stream()
                .filter(outcome -> outcome.cell().startsWith(start))
                .toList();
    }

    private String count(List<String> own, Column column) {
        long passed =
                own.stream().filter(scenario -> isPassed(scenario, column)).count();
        boolean isRun =
                own.stream().anyMatch(scenario -> !outcomes(scenario, column).isEmpty());
        return isRun ? passed + " of " + own.size() : "-";
    }

    private boolean isPassed(String scenario, Column column) {
        List<Outcome> found = outcomes(scenario, column);
        return !found.isEmpty() && found.stream().allMatch(outcome -> outcome.verdict() == Verdict.PASSED);
    }

    private String cell(String scenario, Column column, Set<String> reasons) {
        List<Outcome> found = outcomes(scenario, column);
        if (found.isEmpty()) {
            return "-";
        }
        if (found.stream().allMatch(outcome -> outcome.verdict() == Verdict.PASSED)) {
            return found.size() > 1 ? "yes" : header(found.getFirst());
        }
        Set<String> words = new LinkedHashSet<>();
        for (Outcome outcome : found) {
            boolean isImpossible = outcome.verdict() == Verdict.IMPOSSIBLE;
            if (outcome.verdict() == Verdict.PASSED) {
                words.add(header(outcome));
            } else {
                words.add(isImpossible ? "not possible" : "no (" + header(outcome) + ")");
                reasons.add(words(scenario) + ", client " + column.version + ": " + (isImpossible ? "" : "failed: ")
                        + plain(outcome.reason()));
            }
        }
        return String.join(", ", words);
    }

    private static String header(Outcome outcome) {
        return outcome.header().equals("JSON") ? "JSON" : "binary";
    }

    /** Without what would be markup. */
    private static String plain(String reason) {
        return reason.replaceAll("[|<>*_`\\[\\]]", " ").replaceAll(" +", " ").strip();
    }

    /** {@code Class.doesThis} as words. */
    static String words(String scenario) {
        return scenario.substring(scenario.indexOf('.') + 1)
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ")
                .toLowerCase(Locale.ROOT);
    }
}
