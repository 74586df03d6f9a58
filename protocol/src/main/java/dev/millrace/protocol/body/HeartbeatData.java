package dev.millrace.protocol.body;

import java.util.Set;

/** What a client runs. */
public record HeartbeatData(
        String clientID,
        Set<ConsumerData> consumerDataSet,
        int heartbeatFingerprint,
        Set<ProducerData> producerDataSet,
        boolean withoutSub) {}
