package dev.millrace.cli.cluster;

import java.util.Optional;

/** A message to send; its body is sent as UTF-8. Thread-safe: immutable. */
public record OutgoingMessage(String topic, String body, Optional<String> key, Optional<String> tag) {
    @Override
    public String toString() {
        return "message to " + topic + ", " + body.length() + " characters";
    }
}
