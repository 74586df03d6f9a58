package dev.millrace.cli.load;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All a driver needs to know about a turn. Thread-safe: immutable.
 *
 * @param lanes threads or messages under way, see {@link Shape}
 * @param bodyBytes size of each message's body
 * @param messageCount measured messages at most; of a backlog: exactly
 * @param secondsMax measurement ends after this time even when messages are left; a backlog has bounds of its own
 * @param rate messages per second of a paced run; below 2: the share of the rate measured first
 */
public record LoadPlan(
        Shape shape,
        int lanes,
        int queueCount,
        int bodyBytes,
        Warmup warmup,
        long messageCount,
        int secondsMax,
        Set<Option> options,
        double rate) {

    /** What is either so or not. */
    public enum Option {
        /** The client chooses the queues; otherwise message {@code i} goes to queue {@code i % queueCount}. */
        FREE_QUEUES,
        /** Waiting threads are virtual ones. */
        VIRTUAL_THREADS,
        /** The consumer has its makers' defaults; otherwise it is set up for throughput. */
        PLAIN_CONSUMER,
        /** Messages have tags and keys, see {@link Labels}; Kafka's, which know no tags, keys. */
        LABELS
    }

    public LoadPlan {
        options = Set.copyOf(options);
    }

    /** The plan as {@code key=value} arguments of the driver. */
    public List<String> toArguments() {
        var arguments = new ArrayList<String>();
        arguments.add("shape=" + shape);
        arguments.add("lanes=" + lanes);
        arguments.add("queues=" + queueCount);
        arguments.add("body=" + bodyBytes);
        arguments.add("warmup-messages=" + warmup.countMin());
        arguments.add("warmup-seconds=" + warmup.seconds());
        arguments.add("messages=" + messageCount);
        arguments.add("seconds=" + secondsMax);
        arguments.add("options=" + options.stream().map(Option::name).collect(Collectors.joining(",")));
        arguments.add("rate=" + rate);
        return arguments;
    }

    /** Reads what {@link #toArguments} wrote. */
    public static LoadPlan parse(Map<String, String> arguments) {
        return new LoadPlan(
                Shape.valueOf(value(arguments, "shape")),
                Integer.parseInt(value(arguments, "lanes")),
                Integer.parseInt(value(arguments, "queues")),
                Integer.parseInt(value(arguments, "body")),
                new Warmup(
                        Long.parseLong(value(arguments, "warmup-messages")),
                        Integer.parseInt(value(arguments, "warmup-seconds"))),
                Long.parseLong(value(arguments, "messages")),
                Integer.parseInt(value(arguments, "seconds")),
                options(value(arguments, "options")),
                Double.parseDouble(value(arguments, "rate")));
    }

    private static Set<Option> options(String names) {
        var options = EnumSet.noneOf(Option.class);
        for (var option : Option.values()) {
            if (List.of(names.split(",", -1)).contains(option.name())) {
                options.add(option);
            }
        }
        return options;
    }

    /** One required argument. */
    public static String value(Map<String, String> arguments, String key) {
        var value = arguments.get(key);
        if (value == null) {
            throw new IllegalArgumentException("argument " + key + "=... is missing; got " + arguments.keySet());
        }
        return value;
    }

    boolean has(Option option) {
        return options.contains(option);
    }

    int queueOf(long ticket) {
        return has(Option.FREE_QUEUES) ? LoadTarget.ANY_QUEUE : (int) (ticket % queueCount);
    }
}
