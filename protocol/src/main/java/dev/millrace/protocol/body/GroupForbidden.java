package dev.millrace.protocol.body;

/** Whether a consumer group may read a topic. */
public record GroupForbidden(String group, boolean readable, String topic) {}
