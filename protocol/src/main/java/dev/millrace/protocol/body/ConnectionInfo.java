package dev.millrace.protocol.body;

import org.jspecify.annotations.Nullable;

/** One client. */
public record ConnectionInfo(
        String clientAddr, String clientId, @Nullable String language, int version) {}
