package dev.millrace.protocol.body;

import java.util.List;

/** Client ids of a consumer group. */
public record ConsumerList(List<String> consumerIdList) {}
