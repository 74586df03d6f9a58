package dev.millrace.client;

import dev.millrace.protocol.message.PropertyNames;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message to be sent. Immutable: each {@code with} method gives a new one. The body is not copied, do not change it
 * until the send is over.
 */
public final class Message {
    private static final String TIMER_DELAY_MS = "TIMER_DELAY_MS";
    private static final String TIMER_DELIVER_MS = "TIMER_DELIVER_MS";
    private static final String DELAY_LEVEL = "DELAY";
    private static final String REPLY = "reply";
    /** Ends the name of each cluster's topic for answers. */
    public static final String REPLY_TOPIC_END = "_REPLY_TOPIC";

    private static final List<String> COPIED_TO_REPLIES =
            List.of(PropertyNames.CORRELATION_ID, PropertyNames.REPLY_TO_CLIENT, PropertyNames.TIME_TO_LIVE);

    private final String topic;
    private final byte[] body;
    private final @Nullable String tag;
    private final @Nullable String keys;
    private final Map<String, String> properties;

    private Message(
            String topic, byte[] body, @Nullable String tag, @Nullable String keys, Map<String, String> properties) {
        this.topic = topic;
        this.body = body;
        this.tag = tag;
        this.keys = keys;
        this.properties = properties;
    }

    public static Message of(String topic, byte[] body) {
        return new Message(topic, body, null, null, Map.of());
    }

    /** The same for another topic. */
    public Message withTopic(String newTopic) {
        return new Message(newTopic, body, tag, keys, properties);
    }

    /**
     * The answer to a request: sent by any producer, it reaches the one that waits.
     *
     * @throws ClientException if the message asks for no answer
     */
    public static Message replyTo(ReceivedMessage request, byte[] body) {
        Message reply = of(requiredOf(request, PropertyNames.CLUSTER) + REPLY_TOPIC_END, body)
                .withProperty(PropertyNames.MESSAGE_TYPE, REPLY);
        for (String name : COPIED_TO_REPLIES) {
            reply = reply.withProperty(name, requiredOf(request, name));
        }
        return reply;
    }

    private static String requiredOf(ReceivedMessage request, String name) {
        return request.property(name)
                .orElseThrow(() -> new ClientException(
                        ErrorCode.INVALID_ARGUMENT,
                        "message " + request.messageId() + " of topic " + request.topic()
                                + " asks for no answer: it has no property " + name));
    }

    /** Whether it is the answer to a request. */
    public boolean isReply() {
        return !properties.isEmpty() && REPLY.equals(properties.get(PropertyNames.MESSAGE_TYPE));
    }

    /** With the label by which consumers filter. */
    public Message withTag(String newTag) {
        return new Message(topic, body, checked("tag", newTag), keys, properties);
    }

    /** With a value by which the message can be looked up; it must not hold a space. */
    public Message withKey(String key) {
        return withKeys(List.of(key));
    }

    /** With values by which the message can be looked up; they must not hold spaces. */
    public Message withKeys(List<String> newKeys) {
        for (String key : newKeys) {
            if (key.indexOf(' ') >= 0) {
                throw new ClientException(ErrorCode.INVALID_ARGUMENT, "key '" + key + "' holds a space");
            }
            checked("key", key);
        }
        return new Message(topic, body, tag, String.join(" ", newKeys), properties);
    }

    /** With one more header. */
    public Message withProperty(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(checked("property name", name), checked("property " + name, value));
        return new Message(topic, body, tag, keys, Collections.unmodifiableMap(more));
    }

    /** Delivered this long after the broker got it. */
    public Message withDelay(Duration delay) {
        return withProperty(TIMER_DELAY_MS, Long.toString(delay.toMillis()));
    }

    /** Delivered at this time. */
    public Message withDeliveryAt(Instant time) {
        return withProperty(TIMER_DELIVER_MS, Long.toString(time.toEpochMilli()));
    }

    /** Delivered after one of the 18 delays that the broker is set up with; 1 is the shortest. */
    public Message withDelayLevel(int level) {
        return withProperty(DELAY_LEVEL, Integer.toString(level));
    }

    private static String checked(String what, String value) {
        if (value.isEmpty()) {
            throw new ClientException(ErrorCode.INVALID_ARGUMENT, what + " is empty");
        }
        if (value.indexOf(1) >= 0 || value.indexOf(2) >= 0) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT, what + " holds the character U+0001 or U+0002, which ends properties");
        }
        return value;
    }

    public String topic() {
        return topic;
    }

    /** The body itself, not a copy. */
    public byte[] body() {
        return body;
    }

    public @Nullable String tag() {
        return tag;
    }

    /** All keys, separated by one space. */
    public @Nullable String keys() {
        return keys;
    }

    /** Headers other than tag and keys. */
    public Map<String, String> properties() {
        return properties;
    }

    @Override
    public String toString() {
        return "Message[topic=" + topic + ", body=" + body.length + " bytes]";
    }
}
