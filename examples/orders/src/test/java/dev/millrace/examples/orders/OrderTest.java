package dev.millrace.examples.orders;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.Message;
import org.junit.jupiter.api.Test;

class OrderTest {
    @Test
    void isAMessageWithItsIdAsKey() {
        Message message = new Order("A-1", "Anna", 4250).message("orders");

        assertThat(message.body()).asString(UTF_8).isEqualTo("A-1,Anna,4250");
        assertThat(message.keys()).isEqualTo("A-1");
    }

    @Test
    void showsItsAmount() {
        assertThat(new Order("A-1", "Anna", 4250).amount()).isEqualTo("42.50 EUR");
        assertThat(new Order("A-3", "Cleo", 705).amount()).isEqualTo("7.05 EUR");
    }
}
