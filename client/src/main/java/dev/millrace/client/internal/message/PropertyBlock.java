package dev.millrace.client.internal.message;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the properties of messages into an array that is reused. {@code // hot path}: allocates only for text that is
 * not ASCII. Layout: {@link MessageProperties}.
 *
 * <p>Owner: one thread at a time.
 */
public final class PropertyBlock {
    private static final byte[] UNIQUE_KEY = name(PropertyNames.UNIQUE_KEY);
    private static final byte[] TAGS = name(PropertyNames.TAGS);
    private static final byte[] KEYS = name(PropertyNames.KEYS);

    private byte[] bytes = new byte[256];
    private int length;

    private static byte[] name(String text) {
        return (text + (char) MessageProperties.NAME_END).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes the message's properties, the unique id first.
     *
     * @throws ClientException if they are too long
     */
    public void write(Message message, String uniqueId) {
        length = 0;
        entry(UNIQUE_KEY, uniqueId);
        entry(TAGS, message.tag());
        entry(KEYS, message.keys());
        if (!message.properties().isEmpty()) {
            for (Map.Entry<String, String> property : message.properties().entrySet()) {
                text(property.getKey());
                put(MessageProperties.NAME_END);
                text(property.getValue());
                put(MessageProperties.VALUE_END);
            }
        }
        if (length > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            throw new ClientException(
                    ErrorCode.ILLEGAL_MESSAGE,
                    "properties of a message for topic " + message.topic() + " take " + length + " bytes, the limit is "
                            + StoredMessageLayout.PROPERTIES_LENGTH_MAX);
        }
    }

    private void entry(byte[] name, @Nullable String value) {
        if (value != null) {
            room(name.length);
            System.arraycopy(name, 0, bytes, length, name.length);
            length += name.length;
            text(value);
            put(MessageProperties.VALUE_END);
        }
    }

    private void put(byte value) {
        room(1);
        bytes[length++] = value;
    }

    @SuppressWarnings("deprecation") // the only copy of ASCII text into an array without another array
    private void text(String value) {
        int count = value.length();
        room(count);
        value.getBytes(0, count, bytes, length);
        for (int i = 0; i < count; i++) {
            if (value.charAt(i) >= 0x80) {
                encoded(value);
                return;
            }
        }
        length += count;
    }

    private void encoded(String value) {
        byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
        room(encoded.length);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
    }

    private void room(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
        }
    }

    public int length() {
        return length;
    }

    /** The block's bytes, copied. */
    public ByteBuffer copy() {
        return ByteBuffer.wrap(Arrays.copyOf(bytes, length));
    }

    /** The block's bytes, valid until the next {@link #write}. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, length);
    }
}
