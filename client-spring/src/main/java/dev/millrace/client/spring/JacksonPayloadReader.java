package dev.millrace.client.spring;

import dev.millrace.client.ReceivedMessage;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON with the application's mapper. Thread-safe: immutable. */
final class JacksonPayloadReader implements PayloadReader {
    private final JsonMapper mapper;

    JacksonPayloadReader(JsonMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public @Nullable Object read(ReceivedMessage message, Type type) {
        return mapper.readValue(message.body(), mapper.constructType(type));
    }
}
