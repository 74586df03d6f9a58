package dev.millrace.protocol.config;

import java.util.List;

/** The settings cannot be used. Carries every problem found, each with key, value and remedy. */
public final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    public ConfigException(List<String> problems) {
        super(text(problems));
        this.problems = List.copyOf(problems);
    }

    public ConfigException(String problem, Throwable cause) {
        super(problem, cause);
        this.problems = List.of(problem);
    }

    /** One line each, in the order found. */
    public List<String> problems() {
        return problems == null ? List.of() : problems;
    }

    private static String text(List<String> problems) {
        if (problems.size() == 1) {
            return problems.get(0);
        }
        return problems.size() + " problems in the configuration:\n  " + String.join("\n  ", problems);
    }
}
