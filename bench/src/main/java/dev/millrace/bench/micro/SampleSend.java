package dev.millrace.bench.micro;

import dev.millrace.protocol.command.SendMessage;
import dev.millrace.protocol.message.MessageProperties;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The send request every benchmark uses: a body of 128 bytes, the properties a client adds, one tag. */
final class SampleSend {
    static final int BODY_BYTES = 128;
    static final String TOPIC = "orders";
    static final long BORN_TIME_MS = 1_700_000_000_000L;

    private static final int QUEUE_ID = 3;
    private static final int TEMPLATE_QUEUE_COUNT = 4;

    private SampleSend() {}

    static ByteBuffer properties() {
        var text = MessageProperties.encode(
                Map.of("UNIQ_KEY", "7F0000010B5C18B4AAC216A1B2C30000", "WAIT", "true", "TAGS", "paid"));
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static SendMessage request() {
        return new SendMessage(
                "checkout",
                TOPIC,
                QUEUE_ID,
                new SendMessage.Template("TBW102", TEMPLATE_QUEUE_COUNT),
                new SendMessage.Origin(0, BORN_TIME_MS, 0, false),
                SendMessage.Retry.NONE,
                false,
                properties(),
                ByteBuffer.allocate(BODY_BYTES));
    }
}
