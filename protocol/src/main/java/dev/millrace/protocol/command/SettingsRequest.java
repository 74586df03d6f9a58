package dev.millrace.protocol.command;

import java.nio.ByteBuffer;

/** A broker's settings and figures. */
public sealed interface SettingsRequest extends BrokerRequest {

    /** Asks for a broker's figures as text. */
    record GetBrokerRuntimeInfo() implements SettingsRequest {}

    /** Asks for a broker's settings as properties text. */
    record GetBrokerConfig() implements SettingsRequest {}

    /** Changes settings of a running broker; the body is properties text. */
    record UpdateBrokerConfig(@Body ByteBuffer properties) implements SettingsRequest {}

    /**
     * Asks how often something happened in the last minute, hour and day.
     *
     * @param statsName what is counted, such as {@code TOPIC_PUT_NUMS}
     * @param statsKey for whom: a topic, or topic and consumer group joined by {@code @}
     */
    record ViewStatistics(String statsName, String statsKey) implements SettingsRequest {}

    /** Removes queue files that hold nothing any more. */
    record CleanExpiredQueues() implements SettingsRequest {}

    /** Removes segments whose time is over. */
    record DeleteExpiredLog() implements SettingsRequest {}

    /** Asks how far the copies of a broker's log are. */
    record GetReplicationStatus() implements SettingsRequest {}
}
