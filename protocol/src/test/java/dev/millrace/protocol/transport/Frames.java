package dev.millrace.protocol.transport;

import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.codec.HeaderWriter;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Makes and reads frames byte by byte. */
final class Frames {
    static final int ONE_WAY = 2;

    private Frames() {}

    static byte[] request(Serialization type, int code, int opaque, int flag, byte[] body) {
        HeaderWriter header =
                new HeaderWriter().begin(type, code, opaque, flag, null).field("topic", "T");
        return frame(type, header, body);
    }

    static byte[] request(int opaque, byte[] body) {
        return request(Serialization.JSON, 30_001, opaque, 0, body);
    }

    static byte[] frame(Serialization type, HeaderWriter header, byte[] body) {
        int length = header.end();
        return ByteBuffer.allocate(8 + length + body.length)
                .putInt(4 + length + body.length)
                .putInt(type.number() << 24 | length)
                .put(header.array(), 0, length)
                .put(body)
                .array();
    }

    /** What a peer answered. */
    record Answer(int code, int opaque, Serialization type, byte[] body) {}

    static Answer read(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        int mark = bytes.getInt();
        HeaderFields fields = new HeaderFields();
        fields.parse(mark >>> 24, bytes, 4, mark & 0xFFFFFF);
        byte[] body = new byte[frame.length - 4 - (mark & 0xFFFFFF)];
        bytes.get(4 + (mark & 0xFFFFFF), body);
        return new Answer(fields.code(), fields.opaque(), fields.serialization(), body);
    }
}
