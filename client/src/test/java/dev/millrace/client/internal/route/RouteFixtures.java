package dev.millrace.client.internal.route;

import dev.millrace.client.TopicQueue;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Routes for tests. */
public final class RouteFixtures {
    private RouteFixtures() {}

    public static WriteQueue queue(TopicQueue queue) {
        return new WriteQueue(queue, "127.0.0.1:1", new BrokerHealth(queue.broker()));
    }

    /** A topic with as many queues on each broker. */
    static WriteRoute route(int queueCount, BrokerHealth... brokers) {
        List<WriteQueue> queues = Stream.of(brokers)
                .flatMap(broker -> IntStream.range(0, queueCount)
                        .mapToObj(id -> new WriteQueue(new TopicQueue("t", broker.broker(), id), "x:1", broker)))
                .toList();
        return new WriteRoute("t", queues);
    }
}
