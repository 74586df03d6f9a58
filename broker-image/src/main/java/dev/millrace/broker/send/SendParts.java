package dev.millrace.broker.send;

import dev.millrace.broker.metrics.BrokerCounters;
import dev.millrace.store.MessageStore;
import java.util.concurrent.Executor;

/** What all ways of sending share. Thread-safe: immutable. */
record SendParts(
        MessageStore store,
        Targets targets,
        TopicCreation creation,
        LoopStates loops,
        BrokerCounters counters,
        Executor admin,
        int bodyBytesMax) {}
