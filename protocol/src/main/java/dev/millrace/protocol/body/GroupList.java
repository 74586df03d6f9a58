package dev.millrace.protocol.body;

import java.util.Set;

/** Names of consumer groups. */
public record GroupList(Set<String> groupList) {}
