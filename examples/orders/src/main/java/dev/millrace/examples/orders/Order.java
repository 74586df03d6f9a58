package dev.millrace.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.client.Message;
import dev.millrace.client.ReceivedMessage;
import java.util.Locale;

/** An order of the shop, and how it looks as a message: {@code id,customer,cents}. */
record Order(String id, String customer, int cents) {
    /** The order number is the key: {@code ./millrace} and other tools find the message by it. */
    Message message(String topic) {
        return Message.of(topic, (id + "," + customer + "," + cents).getBytes(UTF_8))
                .withKey(id);
    }

    static Order of(ReceivedMessage message) {
        String[] parts = new String(message.body(), UTF_8).split(",", -1);
        return new Order(parts[0], parts[1], Integer.parseInt(parts[2]));
    }

    /** As in {@code 42.50 EUR}. */
    String amount() {
        return String.format(Locale.ROOT, "%d.%02d EUR", cents / 100, cents % 100);
    }
}
