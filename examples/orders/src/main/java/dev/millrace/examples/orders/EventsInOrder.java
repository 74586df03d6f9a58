package dev.millrace.examples.orders;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.QueueChoice;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/** Handles the events of each order one after the other, in the order in which they were sent, also when one fails. */
public final class EventsInOrder {
    private static final String TOPIC = "order-history";
    private static final List<String> EVENTS = List.of("placed", "paid", "packed", "shipped");
    private static final List<Order> ORDERS =
            List.of(new Order("A-1", "Anna", 4250), new Order("A-2", "Bert", 1999), new Order("A-3", "Cleo", 700));

    private final Map<String, List<String>> history = new TreeMap<>();
    private final CountDownLatch expected = new CountDownLatch(EVENTS.size() * ORDERS.size());
    private boolean hasFailed;

    private EventsInOrder() {}

    public static void main(String[] args) throws InterruptedException {
        EventsInOrder tracking = new EventsInOrder();
        try (MillraceClient client = Cluster.connect()) {
            Cluster.createTopic(client, TOPIC);
            try (Consumer consumer = client.consumer("tracking")
                            .subscribe(TOPIC, Filter.ALL)
                            .startFrom(StartFrom.FIRST)
                            .ordered()
                            .listener(tracking::track)
                            .start();
                    Producer producer = client.producer().build()) {
                sendAll(producer);
                tracking.expected.await();
            }
        }
        tracking.history.forEach((order, events) -> System.out.println(order + ": " + String.join(", ", events)));
    }

    private static void sendAll(Producer producer) {
        for (String event : EVENTS) {
            for (Order order : ORDERS) {
                // The same key, the same queue; a queue keeps its order.
                producer.send(order.message(TOPIC).withTag(event), QueueChoice.byKey(order.id()));
            }
        }
    }

    /** Called for several queues at once, but for each of them with one message at a time. */
    private synchronized ConsumeResult track(ReceivedMessage message) {
        Order order = Order.of(message);
        String event = message.tag().orElse("?");
        if (event.equals("packed") && !hasFailed) {
            hasFailed = true;
            System.out.println("no more boxes, trying again");
            return ConsumeResult.RETRY; // "shipped" of this order waits
        }
        history.computeIfAbsent(order.id(), id -> new ArrayList<>()).add(event);
        expected.countDown();
        return ConsumeResult.SUCCESS;
    }
}
