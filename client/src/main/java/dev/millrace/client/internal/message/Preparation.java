package dev.millrace.client.internal.message;

import dev.millrace.client.ClientException;
import dev.millrace.client.Compression;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.internal.compression.Bodies;
import dev.millrace.protocol.message.StoredMessageLayout;
import dev.millrace.protocol.message.UniqueId;
import java.util.function.LongSupplier;

/** Checks messages, gives them their unique ids and compresses their bodies. Thread-safe. */
public final class Preparation {
    private static final int BODY_BYTES_MAX = 4 * 1024 * 1024;

    private final UniqueId ids;
    private final LongSupplier wallMs;
    private final Compression compression;
    private final int compressFromBytes;
    /** Most producers send to few topics, and a topic that was good stays good. */
    private volatile String goodTopic = "";

    public Preparation(UniqueId ids, LongSupplier wallMs, Compression compression, int compressFromBytes) {
        this.ids = ids;
        this.wallMs = wallMs;
        this.compression = compression;
        this.compressFromBytes = compressFromBytes;
    }

    /** @throws ClientException if a broker would refuse the message */
    public Outgoing prepare(Message message) {
        String topic = message.topic();
        if (!topic.equals(goodTopic)) {
            checkTopic(topic);
            goodTopic = topic;
        }
        byte[] body = message.body();
        if (body.length == 0 || body.length > BODY_BYTES_MAX) {
            throw new ClientException(
                    ErrorCode.ILLEGAL_MESSAGE,
                    "body for topic " + message.topic() + " has " + body.length + " bytes, outside 1.."
                            + BODY_BYTES_MAX);
        }
        int flag = 0;
        if (body.length >= compressFromBytes) {
            byte[] compressed = Bodies.compress(body, compression);
            if (compressed.length < body.length) {
                body = compressed;
                flag = Bodies.flag(compression);
            }
        }
        return new Outgoing(message, ids.next(), body, flag, wallMs.getAsLong());
    }

    private static void checkTopic(String topic) {
        int length = topic.length();
        boolean isGood = length > 0 && length <= StoredMessageLayout.TOPIC_LENGTH_MAX_V1;
        for (int i = 0; isGood && i < length; i++) {
            char c = topic.charAt(i);
            isGood = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "-_%|".indexOf(c) >= 0;
        }
        if (!isGood) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "topic '" + topic + "' is not 1.." + StoredMessageLayout.TOPIC_LENGTH_MAX_V1
                            + " characters of a-z A-Z 0-9 - _ % |");
        }
    }
}
