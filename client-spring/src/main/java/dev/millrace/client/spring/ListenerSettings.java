package dev.millrace.client.spring;

import dev.millrace.client.Filter;
import dev.millrace.client.StartFrom;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a {@link MillraceListener} says, with placeholders replaced. Immutable.
 *
 * @param attemptsMax -1: the group's definition decides
 * @param idempotentBy empty: no store
 */
record ListenerSettings(
        List<String> topics,
        String group,
        Filter filter,
        boolean isOrdered,
        int threads,
        int batchMax,
        int attemptsMax,
        StartFrom startFrom,
        String idempotentBy,
        MillraceListener.Identity identity) {
    private static final int BATCH_MAX = 32;
    private static final int BATCH_LIMIT = 1024;
    private static final int THREADS_LIMIT = 1024;
    private static final int ATTEMPTS_LIMIT = 10_000;

    /** Reads an annotation; {@code where} names its method in messages. */
    static ListenerSettings of(
            MillraceListener listener, ListenerMethod method, UnaryOperator<String> resolver, int usualThreads) {
        Reading read = new Reading(method.name(), resolver);
        List<String> topics = Arrays.stream(listener.topic()).map(read::topic).toList();
        if (topics.isEmpty()) {
            throw new SetupException("listener " + method.name() + " has no topic", "name one");
        }
        String batchMax = read.text("batchMax", listener.batchMax());
        if (!batchMax.isEmpty() && !method.isBatch()) {
            throw new SetupException(
                    "listener " + method.name() + " takes one message at a time, and has batchMax=" + batchMax,
                    "let its parameter be a List, or take batchMax away");
        }
        if (listener.startFrom() == StartFrom.Kind.TIME) {
            throw new SetupException(
                    "listener " + method.name() + " has startFrom=TIME, without a time",
                    "use FIRST or LAST, or set the time with a ConsumerCustomizer bean");
        }
        return new ListenerSettings(
                topics,
                read.group(listener.group()),
                new Filter(listener.filterType(), read.text("filter", listener.filter())),
                listener.ordered(),
                read.number("threads", listener.threads(), usualThreads, THREADS_LIMIT),
                method.isBatch() ? read.number("batchMax", batchMax, BATCH_MAX, BATCH_LIMIT) : 1,
                read.number("attemptsMax", listener.attemptsMax(), -1, ATTEMPTS_LIMIT),
                listener.startFrom() == StartFrom.Kind.FIRST ? StartFrom.FIRST : StartFrom.LAST,
                read.text("idempotentBy", listener.idempotentBy()),
                listener.identity());
    }

    /** Reads the texts of one annotation. */
    private record Reading(String method, UnaryOperator<String> resolver) {
        String text(String attribute, String text) {
            try {
                return resolver.apply(text).trim();
            } catch (IllegalArgumentException e) {
                throw new SetupException(
                        "listener " + method + " has " + attribute + "=\"" + text + "\": " + e.getMessage(),
                        "set the property, or give a default as in ${name:default}",
                        e);
            }
        }

        String topic(String text) {
            return LegalName.topic("topic of listener " + method, name("topic", text));
        }

        String group(String text) {
            return LegalName.group("group of listener " + method, name("group", text));
        }

        private String name(String attribute, String text) {
            String name = text(attribute, text);
            if (name.isEmpty()) {
                throw new SetupException("listener " + method + " has an empty " + attribute, "give it a name");
            }
            return name;
        }

        int number(String attribute, String text, int usual, int limit) {
            String number = text(attribute, text);
            if (number.isEmpty()) {
                return usual;
            }
            try {
                int value = Integer.parseInt(number);
                if (value >= 1 && value <= limit) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw new SetupException(notPossible(attribute, number), "give a number from 1 to " + limit, e);
            }
            throw new SetupException(notPossible(attribute, number), "give a number from 1 to " + limit);
        }

        private String notPossible(String attribute, String number) {
            return "listener " + method + " has " + attribute + "=" + number + ", which is not possible";
        }
    }
}
