package dev.millrace.protocol.body;

import java.util.List;

/** Definitions of consumer groups. */
public record GroupConfigs(List<GroupConfig> groupConfigList) {}
