package dev.millrace.protocol.body;

import java.util.Map;

/** Offsets of all consumer groups: topic@group to queue id to offset. */
public record ConsumerOffsets(Map<String, Map<Integer, Long>> offsetTable) {}
