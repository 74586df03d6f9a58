package dev.millrace.protocol.transport;

import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.Serialization;
import java.time.Duration;

/**
 * Limits of connections.
 *
 * @param connectTimeout for opening a connection
 * @param idleMax a connection without a byte in either direction is closed
 * @param frameReceiveMax time from the first to the last byte of a frame
 * @param requestsInFlightMax requests of one peer that wait for an answer; reading pauses above
 * @param outboundBytesMax bytes that wait to be written to one peer; reading pauses above
 * @param requestHeaders form of the headers of requests that go out, but a code above 32,767 needs JSON; an answer has
 *     the form of its request
 */
public record TransportSettings(
        Duration connectTimeout,
        Duration idleMax,
        Duration frameReceiveMax,
        int requestsInFlightMax,
        int outboundBytesMax,
        Serialization requestHeaders) {

    public static TransportSettings defaults() {
        return new TransportSettings(
                Duration.ofSeconds(3),
                ProtocolLimits.IDLE_MAX,
                ProtocolLimits.FRAME_RECEIVE_MAX,
                ProtocolLimits.REQUESTS_IN_FLIGHT_MAX,
                ProtocolLimits.OUTBOUND_BYTES_MAX,
                Serialization.JSON);
    }

    public TransportSettings withIdleMax(Duration newIdleMax) {
        return new TransportSettings(
                connectTimeout, newIdleMax, frameReceiveMax, requestsInFlightMax, outboundBytesMax, requestHeaders);
    }

    public TransportSettings withFrameReceiveMax(Duration newFrameReceiveMax) {
        return new TransportSettings(
                connectTimeout, idleMax, newFrameReceiveMax, requestsInFlightMax, outboundBytesMax, requestHeaders);
    }

    public TransportSettings withRequestsInFlightMax(int newRequestsInFlightMax) {
        return new TransportSettings(
                connectTimeout, idleMax, frameReceiveMax, newRequestsInFlightMax, outboundBytesMax, requestHeaders);
    }

    public TransportSettings withOutboundBytesMax(int newOutboundBytesMax) {
        return new TransportSettings(
                connectTimeout, idleMax, frameReceiveMax, requestsInFlightMax, newOutboundBytesMax, requestHeaders);
    }

    /** Binary headers cost about half as much to write and to read, on both sides. */
    public TransportSettings withRequestHeaders(Serialization newRequestHeaders) {
        return new TransportSettings(
                connectTimeout, idleMax, frameReceiveMax, requestsInFlightMax, outboundBytesMax, newRequestHeaders);
    }
}
