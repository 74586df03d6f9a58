package dev.millrace.namesrv.route;

import dev.millrace.protocol.route.QueueData;

/** Bits of {@link QueueData#topicSysFlag}. Stateless. */
final class UnitFlags {
    private static final int UNIT = 1;
    private static final int UNIT_SUBSCRIPTION = 2;

    private UnitFlags() {}

    static boolean isUnit(QueueData queues) {
        return (queues.topicSysFlag() & UNIT) != 0;
    }

    static boolean hasUnitSubscription(QueueData queues) {
        return (queues.topicSysFlag() & UNIT_SUBSCRIPTION) != 0;
    }
}
