package dev.millrace.broker.send;

import dev.millrace.broker.dispatch.RequestFailure;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.message.MessageProperties;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.message.StoredMessageEncoder;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.SystemFlags;
import dev.millrace.protocol.message.UniqueId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Makes the stored record of a message: adds what the broker stores with each one (unique id if the client gave none,
 * region, trace switch, cluster) and encodes it once.
 *
 * <p>Owner: one event loop. {@code // hot path}
 */
final class RecordComposer {
    private static final byte[] UNIQUE_KEY = ascii(PropertyNames.UNIQUE_KEY);
    private static final byte[] WAIT = ascii(PropertyNames.WAIT);
    private static final byte[] FALSE = ascii("false");
    /** A byte that is no UTF-8 becomes a replacement character of three. */
    private static final int UTF_8_GROWTH_MAX = 3;

    private final StoredMessageEncoder encoder = new StoredMessageEncoder();
    private final ByteBuffer properties = ByteBuffer.allocate(2 * StoredMessageLayout.PROPERTIES_LENGTH_MAX);
    private final byte[] storeHost;
    private final byte[] ownProperties;
    private final UniqueId uniqueIds;

    RecordComposer(byte[] storeHost, String cluster, UniqueId uniqueIds) {
        this.storeHost = storeHost;
        this.uniqueIds = uniqueIds;
        this.ownProperties = entry(PropertyNames.REGION, "DefaultRegion")
                .concat(entry(PropertyNames.TRACE_ON, "true"))
                .concat(entry(PropertyNames.CLUSTER, cluster))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A message before it is encoded; {@code bornHost} is a host field of the record layout. */
    record Parts(int queueId, byte[] bornHost, int systemFlag, int flag, long bornTimeMs, int timesConsumed) {}

    /**
     * Takes the client's properties and completes them; they stay until the next call.
     *
     * @throws RequestFailure if they are longer than a record can hold
     */
    void properties(ByteBuffer given) {
        int givenLength = given.remaining();
        if (givenLength + ownProperties.length + UniqueId.LENGTH + UNIQUE_KEY.length + 3
                > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "the message is illegal, maybe msg properties length over the limit: " + givenLength
                            + " bytes and what the broker adds are more than "
                            + StoredMessageLayout.PROPERTIES_LENGTH_MAX + "; set fewer or shorter properties");
        }
        properties.clear();
        properties.put(given.duplicate());
        if (givenLength > 0 && properties.get(givenLength - 1) != MessageProperties.VALUE_END) {
            properties.put(MessageProperties.VALUE_END);
        }
        if (MessageProperties.find(properties, 0, properties.position(), UNIQUE_KEY) < 0) {
            properties.put(UNIQUE_KEY).put(MessageProperties.NAME_END);
            properties.put(ascii(uniqueIds.next())).put(MessageProperties.VALUE_END);
        }
        properties.put(ownProperties).flip();
    }

    /** Adds a property to the message taken last. */
    void add(String name, String value) {
        byte[] entry = entry(name, value).getBytes(StandardCharsets.UTF_8);
        int end = properties.limit();
        if (end + entry.length > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "the properties have " + end + " bytes, no room for " + name + "; set fewer or shorter properties");
        }
        properties.limit(end + entry.length);
        properties.put(end, entry);
    }

    /** Refuses a message whose properties leave too little room for those that are added when it is stored again. */
    void checkRoom(int bytes) {
        int end = properties.limit();
        if (UTF_8_GROWTH_MAX * end + bytes <= StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            return;
        }
        // Bytes that are no UTF-8 grow when they are decoded and encoded again.
        String text = MessageProperties.encode(MessageProperties.decode(properties, 0, end));
        int again = Math.max(end, text.getBytes(StandardCharsets.UTF_8).length);
        if (again + bytes > StoredMessageLayout.PROPERTIES_LENGTH_MAX) {
            throw new RequestFailure(
                    ResponseCode.MESSAGE_ILLEGAL,
                    "the properties have " + again + " bytes of " + StoredMessageLayout.PROPERTIES_LENGTH_MAX
                            + ", no room for " + bytes
                            + " more when the message is delivered or stored again; set fewer or shorter properties");
        }
    }

    /** A property of the message taken last, or null. */
    @Nullable
    String property(byte[] name) {
        return MessageProperties.value(properties, 0, properties.limit(), name);
    }

    /** The unique id of the message taken last. */
    @Nullable
    String uniqueId() {
        return property(UNIQUE_KEY);
    }

    /** Whether the sender of the message taken last waits until it is durable. */
    boolean waitsForDurable() {
        long found = MessageProperties.find(properties, 0, properties.limit(), WAIT);
        if (found < 0 || (int) found != FALSE.length) {
            return true;
        }
        int start = (int) (found >>> 32);
        for (int i = 0; i < FALSE.length; i++) {
            if (properties.get(start + i) != FALSE[i]) {
                return true;
            }
        }
        return false;
    }

    /** Bytes of the record of the message taken last. */
    int recordBytes(Parts parts, int bodyLength, int topicLength) {
        return StoredMessageLayout.recordBytes(hostFlags(parts), bodyLength, topicLength, properties.remaining());
    }

    private int hostFlags(Parts parts) {
        int flags = parts.bornHost.length == StoredMessageLayout.HOST_IPV6_LENGTH ? SystemFlags.BORN_HOST_IPV6 : 0;
        return flags | (storeHost.length == StoredMessageLayout.HOST_IPV6_LENGTH ? SystemFlags.STORE_HOST_IPV6 : 0);
    }

    /** Appends the record of the message taken last to {@code target}. */
    void encode(ByteBuffer target, Parts parts, ByteBuffer body, byte[] topic) {
        encoder.encode(
                target,
                new StoredMessageEncoder.Head(
                        parts.queueId,
                        parts.flag,
                        parts.systemFlag,
                        parts.bornTimeMs,
                        parts.bornHost,
                        storeHost,
                        parts.timesConsumed,
                        0),
                body,
                topic,
                properties);
    }

    private static String entry(String name, String value) {
        return name + (char) MessageProperties.NAME_END + value + (char) MessageProperties.VALUE_END;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
