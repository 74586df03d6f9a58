package dev.millrace.namesrv.route;

import dev.millrace.namesrv.liveness.BrokerKey;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a broker says of itself.
 *
 * @param haAddress where its replicas connect
 * @param allowsActingMaster null from brokers that do not know the feature
 * @param silenceMax after this without a sign of life it is taken for dead
 */
record Registration(
        BrokerKey key,
        String brokerName,
        long brokerId,
        String haAddress,
        @Nullable Boolean allowsActingMaster,
        @Nullable String zone,
        Duration silenceMax,
        TopicConfigTable topics,
        Connection connection) {
    boolean isMaster() {
        return brokerId == BrokerData.MASTER_ID;
    }

    boolean isActingMasterAllowed() {
        return Boolean.TRUE.equals(allowsActingMaster);
    }
}
