package dev.millrace.protocol.body;

import java.util.Map;

/** Names and values. */
public record KeyValueTable(Map<String, String> table) {}
