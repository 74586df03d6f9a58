package dev.millrace.client.spring;

import java.util.regex.Pattern;

/** What brokers take as the name of a topic or a group. Thread-safe: stateless. */
final class LegalName {
    private static final Pattern LEGAL = Pattern.compile("[%|a-zA-Z0-9_-]+");
    private static final int GROUP_LENGTH_MAX = 255;
    private static final int TOPIC_LENGTH_MAX = 127;

    private LegalName() {}

    /** @param owner what has the name, such as a property or a listener with its attribute */
    static String group(String owner, String name) {
        return checked(owner, name, GROUP_LENGTH_MAX);
    }

    /** @param owner as for a group */
    static String topic(String owner, String name) {
        boolean isDerived = name.startsWith("%RETRY%") || name.startsWith("%DLQ%");
        return checked(owner, name, isDerived ? GROUP_LENGTH_MAX : TOPIC_LENGTH_MAX);
    }

    private static String checked(String owner, String name, int lengthMax) {
        if (name.length() > lengthMax || !LEGAL.matcher(name).matches()) {
            throw new SetupException(
                    owner + " is '" + name + "', which no broker takes",
                    "use letters, digits, - and _, " + lengthMax + " of them at most");
        }
        return name;
    }
}
