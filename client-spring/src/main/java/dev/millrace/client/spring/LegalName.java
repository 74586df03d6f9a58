package dev.millrace.client.spring;

import java.util.regex.Pattern;

/** What brokers take as the name of a topic or a group. Thread-safe: stateless. */
final class LegalName {
    private static final Pattern LEGAL = Pattern.compile("[%|a-zA-Z0-9_-]{1,255}");

    private LegalName() {}

    /** @param owner what has the name, such as a property or a listener with its attribute */
    static String checked(String owner, String name) {
        if (!LEGAL.matcher(name).matches()) {
            throw new SetupException(
                    owner + " is '" + name + "', which no broker takes",
                    "use letters, digits, - and _, 255 of them at most");
        }
        return name;
    }
}
