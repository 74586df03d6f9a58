package dev.millrace.e2e.compatibility;

import java.util.Arrays;
import java.util.regex.Pattern;

/** What an application uses, by the scenarios that show it: the first whose pattern fits takes a scenario. */
enum Feature {
    POP("POP consumption", "Pop.*"),
    FILTERS("Filters: tags and SQL92", "Filter.*|.*Tags|checksTheFilter.*"),
    TRANSACTIONS("Transactions", "Transaction.*"),
    DELAY("Delay levels, delivery times, recall", "Timer.*|.*Delayed.*"),
    REQUEST_REPLY("Request and reply", "Reply.*|Request.*"),
    NAMESPACES("Namespaces", "Namespace.*"),
    TRACE("Message trace", "Trace.*"),
    BATCH("Batch", ".*ABatch.*"),
    ORDER("Order", ".*InOrder|.*Orderly.*"),
    RETRY("Failure, retry, dead letters", ".*RefusedMessage.*|.*Retries.*"),
    BROADCASTING("Broadcasting", ".*Broadcast.*"),
    COMPRESSION("Compression", ".*[cC]ompress.*|.*NotShrink.*"),
    LARGE("Large messages and limits", ".*Big.*|.*OverTheLimit.*|.*ThatFit.*"),
    QUERIES("Queries", ".*findsAMessageBy.*|.*findsMessagesBy.*|.*AnIdThat.*"),
    ADMIN("Administration, offsets, tools", "Admin.*|.*Tool.*|Reset.*"),
    SENDING("Sending", "Send.*"),
    PUSH("Receiving: push consumers and groups", "Push.*|Group.*"),
    PULL("Receiving: pull consumers", "Pull.*"),
    OTHER("Other", ".*");

    private final String title;
    private final Pattern pattern;

    Feature(String title, String pattern) {
        this.title = title;
        this.pattern = Pattern.compile("(" + pattern + ")");
    }

    String title() {
        return title;
    }

    /** The feature of {@code Class.method}: the pattern fits the class with its method, or the method alone. */
    static Feature of(String scenario) {
        String method = scenario.substring(scenario.indexOf('.') + 1);
        return Arrays.stream(values())
                .filter(feature -> feature.pattern.matcher(scenario).matches()
                        || feature.pattern.matcher(method).matches())
                .findFirst()
                .orElse(OTHER);
    }
}
