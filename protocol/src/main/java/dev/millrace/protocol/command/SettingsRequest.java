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
}
