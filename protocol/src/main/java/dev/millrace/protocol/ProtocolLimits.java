package dev.millrace.protocol;

import java.time.Duration;

/** Limits of the wire, each with its reason. */
public final class ProtocolLimits {
    /** Bytes after the length field of a frame: what every RocketMQ peer accepts. */
    public static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;

    /** Bytes of a header: 32 KiB of properties, each byte escaped to six, and room for the other fields. */
    public static final int HEADER_BYTES_MAX = 256 * 1024;

    /** Fields of a header; the largest known command has 16. */
    public static final int HEADER_FIELDS_MAX = 128;

    /** Levels of nested arrays and objects in a JSON header or body. */
    public static final int JSON_DEPTH_MAX = 32;

    /** Requests of one connection that wait for their answer; reading pauses above it. Long polls count. */
    public static final int REQUESTS_IN_FLIGHT_MAX = 16_384;

    /** A connection without a byte in either direction is closed; clients send a heartbeat each 30 s. */
    public static final Duration IDLE_MAX = Duration.ofMinutes(2);

    /** Time between the first and the last byte of one frame; a slower peer only holds memory. */
    public static final Duration FRAME_RECEIVE_MAX = Duration.ofMinutes(1);

    /** Bytes that wait to be written to one peer; above it reading from that peer pauses. */
    public static final int OUTBOUND_BYTES_MAX = 8 * 1024 * 1024;

    /** UTF-8 bytes of a topic name: that of the longest retry topic. */
    public static final int TOPIC_BYTES_MAX = 255;

    /** Topics of one multi-queue send; more belong into a second request. */
    public static final int MULTI_SEND_GROUPS_MAX = 4096;

    /** Records of one multi-queue send: their places fill an answer of 1 MiB. */
    public static final int MULTI_SEND_RECORDS_MAX = 65_536;

    private ProtocolLimits() {}
}
