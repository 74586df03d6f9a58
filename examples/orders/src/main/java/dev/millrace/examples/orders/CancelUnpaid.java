package dev.millrace.examples.orders;

import dev.millrace.client.ClientException;
import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * Cancels orders that are not paid in time: with each order goes a message "cancel it" that is delivered later. Who pays takes
 * that message back.
 */
public final class CancelUnpaid {
    private static final String TOPIC = "cancellations";
    private static final Duration TIME_TO_PAY = Duration.ofSeconds(3);

    private final Producer producer;
    private final CountDownLatch cancelled = new CountDownLatch(2);

    private CancelUnpaid(Producer producer) {
        this.producer = producer;
    }

    public static void main(String[] args) throws InterruptedException {
        Order anna = new Order("A-1", "Anna", 4250);
        Order bert = new Order("A-2", "Bert", 1999);
        Order cleo = new Order("A-3", "Cleo", 700);
        try (MillraceClient client = Cluster.connect();
                Producer producer = client.producer().build()) {
            Cluster.createTopic(client, TOPIC);
            CancelUnpaid shop = new CancelUnpaid(producer);
            try (Consumer consumer = client.consumer("cancel-unpaid")
                    .subscribe(TOPIC, Filter.ALL)
                    .startFrom(StartFrom.FIRST)
                    .listener(shop::cancel)
                    .start()) {
                shop.place(anna);
                String handleOfBert = shop.place(bert);
                String handleOfCleo = shop.place(cleo);
                shop.pay(bert, handleOfBert);
                shop.cancelled.await();
                shop.pay(cleo, handleOfCleo);
            }
        }
    }

    /** Gives what takes the cancellation back; a real shop stores it with the order. */
    private String place(Order order) {
        SendResult cancellation = producer.send(order.message(TOPIC).withDelay(TIME_TO_PAY));
        System.out.println(order.id() + " is placed, to be paid within " + TIME_TO_PAY.toSeconds() + " s");
        return cancellation.recallHandle().orElseThrow();
    }

    private void pay(Order order, String recallHandle) {
        try {
            producer.recall(TOPIC, recallHandle);
            System.out.println(order.id() + " is paid");
        } catch (ClientException e) {
            if (e.isRetriable()) {
                throw e; // the broker can't be asked now
            }
            System.out.println(order.id() + " is too late, it was cancelled");
        }
    }

    private ConsumeResult cancel(ReceivedMessage message) {
        System.out.println(Order.of(message).id() + " was not paid and is cancelled");
        cancelled.countDown();
        return ConsumeResult.SUCCESS;
    }
}
