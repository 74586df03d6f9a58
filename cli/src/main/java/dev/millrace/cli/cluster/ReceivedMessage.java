package dev.millrace.cli.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored message. Thread-safe: immutable; the body is not copied and not changed.
 *
 * @param bodyFault why {@code body} is shown as it is stored: it does not decompress
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; a copy per message would serve nobody.
public record ReceivedMessage(
        String id,
        String broker,
        int queue,
        long offset,
        Instant storedAt,
        Optional<String> key,
        Optional<String> tag,
        byte[] body,
        Optional<String> bodyFault) {
    /** The body as UTF-8; what is none shows as replacement characters. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "message " + id + ", " + body.length + " bytes";
    }
}
