package dev.millrace.namesrv.liveness;

import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.transport.Connection;
import java.time.Duration;

/**
 * A broker that registered and was not lost since.
 *
 * @param version of the topics it registered
 * @param haAddress where its replicas connect
 * @param connection it registered over; when that closes, the broker is gone
 * @param silenceMax how long it may be silent
 * @param seenNanos last sign of life, monotonic
 */
public record LiveBroker(
        BrokerKey key,
        String brokerName,
        long brokerId,
        String haAddress,
        DataVersion version,
        Connection connection,
        Duration silenceMax,
        long seenNanos) {

    LiveBroker seenAt(long nanos) {
        return new LiveBroker(key, brokerName, brokerId, haAddress, version, connection, silenceMax, nanos);
    }

    boolean isSilentAt(long nanos) {
        return nanos - seenNanos > silenceMax.toNanos();
    }
}
