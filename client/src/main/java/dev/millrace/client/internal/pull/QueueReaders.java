package dev.millrace.client.internal.pull;

import dev.millrace.client.Filter;
import dev.millrace.client.TopicQueue;
import dev.millrace.client.internal.net.BrokerFeatures;
import dev.millrace.client.internal.net.ClientClock;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;

/** Makes the readers of one group. Thread-safe. */
public final class QueueReaders {
    private final QueueReader.Context context;

    /** What readers are made of; {@code later} runs something short on the timer thread. */
    public record Parts(
            Requests requests,
            BrokerFeatures features,
            RouteCache routes,
            ClientClock clock,
            QueueReader.Later later) {}

    public QueueReaders(Parts parts, String group) {
        this.context = new QueueReader.Context(
                new PullCalls(parts.requests(), parts.features(), group), parts.routes(), parts.clock(), parts.later());
    }

    /** A reader that is not started yet. */
    public QueueReader reader(TopicQueue queue, Filter filter, QueueReader.Sink sink) {
        return new QueueReader(context, PullCalls.Wanted.of(queue, filter), sink);
    }
}
