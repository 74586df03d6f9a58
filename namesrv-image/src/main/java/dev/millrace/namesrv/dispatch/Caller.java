package dev.millrace.namesrv.dispatch;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.transport.Connection;

/** Who asks, and the raw header for fields that only some peers send. Valid until the handler returns. */
public record Caller(Connection connection, HeaderFields fields) {}
