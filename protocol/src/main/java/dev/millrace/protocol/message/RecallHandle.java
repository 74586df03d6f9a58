package dev.millrace.protocol.message;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What recalls a message that is held back: URL-safe base64, padded, of {@code v1 topic brokerName time uniqueId}, in
 * which the time is one millisecond after the message is due.
 *
 * @param dueMs when the message is due, ms since the epoch
 * @param uniqueId the message's id as its sender gave it
 */
public record RecallHandle(String topic, String brokerName, long dueMs, String uniqueId) {
    private static final String VERSION = "v1";
    private static final int PARTS = 5;

    /** The handle as it travels. */
    public String text() {
        String plain = String.join(" ", VERSION, topic, brokerName, Long.toString(dueMs + 1), uniqueId);
        return Base64.getUrlEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws IllegalArgumentException if the text is no handle, with the reason */
    public static RecallHandle parse(String text) {
        String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ", -1);
        if (parts.length != PARTS || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException(
                    "it has " + parts.length + " parts and begins with '" + parts[0] + "'; 5 and v1 are expected");
        }
        return new RecallHandle(parts[1], parts[2], Long.parseLong(parts[3]) - 1, parts[4]);
    }
}
