package dev.millrace.protocol.transport;

import dev.millrace.protocol.codec.BodyJson;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The body of an answer in parts, each from its position to its limit. Big direct parts are sent from where they stand;
 * {@code onWritten} runs once, when the parts are not needed any more, also if the connection was lost.
 */
public record ReplyBody(List<ByteBuffer> parts, int bytes, Runnable onWritten) {
    public static final ReplyBody EMPTY = new ReplyBody(List.of(), 0, () -> {});

    public static ReplyBody of(byte[] bytes) {
        return new ReplyBody(List.of(ByteBuffer.wrap(bytes)), bytes.length, () -> {});
    }

    public static ReplyBody json(Record value) {
        return of(BodyJson.write(value));
    }
}
