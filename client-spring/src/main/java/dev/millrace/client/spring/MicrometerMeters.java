package dev.millrace.client.spring;

import dev.millrace.client.BatchListener;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.ReceivedMessage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Meters of listeners, with the label {@code group}; there are as many groups as the application has listener methods.
 *
 * <pre>
 * millrace.listener           timer, label result = success | retry | later | each | error: calls of the method, their time
 * millrace.listener.messages  counter, label result = success | retry | later | error: messages of these calls
 * millrace.listener.queues    gauge: queues that this application reads; 0 for long: too many members, or no topic
 * </pre>
 *
 * <p>Thread-safe: concurrent maps.
 */
final class MicrometerMeters implements ListenerMeters {
    private static final String CALLS = "millrace.listener";

    private final MeterRegistry registry;
    private final Map<String, Gauge> queues = new ConcurrentHashMap<>();

    MicrometerMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public BatchListener timed(String group, BatchListener listener) {
        return messages -> call(group, listener, messages);
    }

    private ConsumeResult call(String group, BatchListener listener, List<ReceivedMessage> messages) throws Exception {
        Timer.Sample sample = Timer.start(registry);
        ConsumeResult result;
        try {
            result = listener.consume(messages);
        } catch (Exception | Error e) {
            sample.stop(registry.timer(CALLS, "group", group, "result", "error"));
            count(group, "error", messages.size());
            throw e;
        }
        sample.stop(registry.timer(CALLS, "group", group, "result", name(result)));
        result.forMessages(messages.size()).forEach(each -> count(group, name(each), 1));
        return result;
    }

    private static String name(ConsumeResult result) {
        if (result == ConsumeResult.SUCCESS) {
            return "success";
        }
        if (result == ConsumeResult.RETRY) {
            return "retry";
        }
        return result.isForEach() ? "each" : "later";
    }

    private void count(String group, String result, int messageCount) {
        registry.counter(CALLS + ".messages", "group", group, "result", result).increment(messageCount);
    }

    @Override
    public void started(String group, Consumer consumer) {
        queues.put(
                group,
                Gauge.builder(
                                CALLS + ".queues",
                                consumer,
                                each -> each.assignment().size())
                        .tag("group", group)
                        .register(registry));
    }

    @Override
    public void stopped(String group) {
        Gauge gauge = queues.remove(group);
        if (gauge != null) {
            registry.remove(gauge);
        }
    }
}
