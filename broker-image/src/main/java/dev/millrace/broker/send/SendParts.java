package dev.millrace.broker.send;

import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.broker.metrics.Deliveries;
import dev.millrace.store.MessageStore;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/**
 * What all ways of sending share. Thread-safe: immutable.
 *
 * @param takesHalves whether there is room for one more half message
 */
record SendParts(
        MessageStore store,
        Targets targets,
        TopicCreation creation,
        LoopStates loops,
        BrokerCounters counters,
        Deliveries deliveries,
        Executor admin,
        DeliveryTimes times,
        String brokerName,
        int bodyBytesMax,
        BooleanSupplier takesHalves) {}
