package dev.millrace.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All a driver needs to know about a turn. Thread-safe: immutable.
 *
 * @param lanes threads or messages under way, see {@link Shape}
 * @param bodyBytes size of each message's body
 * @param warmupCount messages sent before the measured ones, on the same connections
 * @param messageCount measured messages at most
 * @param secondsMax each of warm-up and measurement ends after this time even when messages are left
 * @param isFree the client chooses the queues; otherwise message {@code i} goes to queue {@code i % queueCount}
 * @param isVirtual waiting threads are virtual ones
 * @param rate messages per second of a paced run; below 2: the share of the rate measured first
 */
public record LoadPlan(
        Shape shape,
        int lanes,
        int queueCount,
        int bodyBytes,
        long warmupCount,
        long messageCount,
        int secondsMax,
        boolean isFree,
        boolean isVirtual,
        double rate) {

    /** The plan as {@code key=value} arguments of the driver. */
    public List<String> toArguments() {
        var arguments = new ArrayList<String>();
        arguments.add("shape=" + shape);
        arguments.add("lanes=" + lanes);
        arguments.add("queues=" + queueCount);
        arguments.add("body=" + bodyBytes);
        arguments.add("warmup=" + warmupCount);
        arguments.add("messages=" + messageCount);
        arguments.add("seconds=" + secondsMax);
        arguments.add("free=" + isFree);
        arguments.add("virtual=" + isVirtual);
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
                Long.parseLong(value(arguments, "warmup")),
                Long.parseLong(value(arguments, "messages")),
                Integer.parseInt(value(arguments, "seconds")),
                Boolean.parseBoolean(value(arguments, "free")),
                Boolean.parseBoolean(value(arguments, "virtual")),
                Double.parseDouble(value(arguments, "rate")));
    }

    /** One required argument. */
    public static String value(Map<String, String> arguments, String key) {
        var value = arguments.get(key);
        if (value == null) {
            throw new IllegalArgumentException("argument " + key + "=... is missing; got " + arguments.keySet());
        }
        return value;
    }

    int queueOf(long ticket) {
        return isFree ? LoadTarget.ANY_QUEUE : (int) (ticket % queueCount);
    }

    /** Whether the client may put several messages into one request. */
    public boolean isBatching() {
        return shape.batches();
    }
}
