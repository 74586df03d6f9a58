package dev.millrace.examples.spring;

import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Sends orders. */
@Component
class Shop {
    private final Producer producer;
    private final JsonMapper json;

    Shop(Producer producer, JsonMapper json) {
        this.producer = producer;
        this.json = json;
    }

    void place(Order order) {
        producer.send(Message.of(SpringOrders.TOPIC, json.writeValueAsBytes(order))
                .withKey(order.id())
                .withTag("placed"));
        System.out.println("order " + order.id() + " of " + order.customer() + " is placed");
    }
}
