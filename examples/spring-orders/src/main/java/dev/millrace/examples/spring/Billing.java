package dev.millrace.examples.spring;

import dev.millrace.client.StartFrom;
import dev.millrace.client.spring.MillraceListener;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.springframework.stereotype.Component;

/** Charges orders, each once: a second message with the same key is left out. */
@Component
class Billing {
    private final BlockingQueue<String> charged = new LinkedBlockingQueue<>();

    @MillraceListener(
            topic = SpringOrders.TOPIC,
            group = "spring-billing",
            filter = "placed",
            startFrom = StartFrom.Kind.FIRST,
            idempotentBy = "marks",
            identity = MillraceListener.Identity.MESSAGE_KEY)
    void charge(Order order) {
        charged.add(order.id() + " (" + order.cents() + " cents)");
    }

    /** Waits for this many charges. */
    List<String> awaitCharges(int count) throws InterruptedException {
        List<String> charges = new ArrayList<>();
        while (charges.size() < count) {
            charges.add(charged.take());
        }
        return charges.stream().sorted().toList();
    }
}
