package dev.millrace.examples.orders;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.StartFrom;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Sends three events, and lets two consumer groups have those that they want. */
public final class SendAndReceive {
    private static final String TOPIC = "order-events";
    private static final Order ANNA = new Order("A-1", "Anna", 4250);
    private static final Order BERT = new Order("A-2", "Bert", 1999);

    private SendAndReceive() {}

    public static void main(String[] args) throws InterruptedException {
        try (MillraceClient client = Cluster.connect()) {
            Cluster.createTopic(client, TOPIC);
            CountDownLatch expected = new CountDownLatch(4);

            List<Consumer> consumers = List.of(
                    consumer(client, "billing", "paid || refunded", expected),
                    consumer(client, "shipping", "paid", expected));
            try (Producer producer = client.producer().build()) {
                producer.send(ANNA.message(TOPIC).withTag("paid"));
                producer.send(BERT.message(TOPIC).withTag("placed")); // nobody wants it
                producer.send(BERT.message(TOPIC).withTag("paid"));
            }
            expected.await();
            consumers.forEach(Consumer::close);
        }
    }

    /** Every group gets every message that fits its filter; members of one group share them. */
    private static Consumer consumer(MillraceClient client, String group, String tags, CountDownLatch expected) {
        return client.consumer(group)
                .subscribe(TOPIC, Filter.tags(tags))
                .startFrom(StartFrom.FIRST)
                .listener(message -> {
                    Order order = Order.of(message);
                    System.out.println(group + ": order " + order.id() + " of " + order.customer() + ", "
                            + order.amount() + ", is " + message.tag().orElse("?"));
                    expected.countDown();
                    return ConsumeResult.SUCCESS;
                })
                .start();
    }
}
