package dev.millrace.client.internal.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.ClientException;
import dev.millrace.client.Message;
import dev.millrace.protocol.message.MessageProperties;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PropertyBlockTest {
    private final PropertyBlock block = new PropertyBlock();

    private Map<String, String> written(Message message) {
        block.write(message, "ID");
        return MessageProperties.decode(
                StandardCharsets.UTF_8.decode(block.view()).toString());
    }

    @Test
    void writesIdTagKeysAndProperties() {
        Message message = Message.of("t", new byte[1])
                .withTag("a")
                .withKeys(List.of("k1", "k2"))
                .withProperty("plain", "x")
                .withProperty("größe", "日本 \uD83D\uDE00");

        assertThat(written(message))
                .containsEntry("UNIQ_KEY", "ID")
                .containsEntry("TAGS", "a")
                .containsEntry("KEYS", "k1 k2")
                .containsEntry("plain", "x")
                .containsEntry("größe", "日本 \uD83D\uDE00")
                .hasSize(5);
    }

    @Test
    void forgetsTheMessageBefore() {
        written(Message.of("t", new byte[1]).withTag("a").withProperty("p", "v".repeat(500)));

        assertThat(written(Message.of("t", new byte[1]))).containsOnlyKeys("UNIQ_KEY");
    }

    @Test
    void refusesWhatABrokerWouldRefuse() {
        Message message = Message.of("t", new byte[1]).withProperty("p", "v".repeat(40_000));

        assertThatThrownBy(() -> block.write(message, "ID"))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("32767");
        assertThatThrownBy(() -> Message.of("t", new byte[1]).withProperty("p", "a\u0002b"))
                .isInstanceOf(ClientException.class);
    }
}
