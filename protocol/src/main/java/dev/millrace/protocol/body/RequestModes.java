package dev.millrace.protocol.body;

import java.util.Map;

/** How consumer groups consume: by topic, then by consumer group. */
public record RequestModes(Map<String, Map<String, RequestMode>> messageRequestModeMap) {}
