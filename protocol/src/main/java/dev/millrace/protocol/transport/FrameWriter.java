package dev.millrace.protocol.transport;

import dev.millrace.protocol.Serialization;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderWriter;
import dev.millrace.protocol.command.ReplyHeader;
import dev.millrace.protocol.command.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Collects frames into one buffer until {@link #flush}, so that many small answers cost one system call.
 *
 * <pre>
 * offset  length  field
 * 0       4       bytes that follow: 4 + header + body
 * 4       4       serialisation type (upper 8 bits), header length (lower 24 bits)
 * 8       n       header
 * 8 + n   m       body
 * </pre>
 *
 * <p>Owner: the connection's event loop. {@code // hot path}. Source: docs/protocol.md, section "Frame".
 */
public final class FrameWriter {
    private static final int RESPONSE = 1;
    private static final int ONE_WAY = 2;
    private static final int BUFFER_BYTES = 64 * 1024;
    /** From this average size of its parts on a body is sent from where it stands. */
    private static final int PART_BYTES_MIN = 16 * 1024;

    private final ChannelHandlerContext context;
    private final Connection connection;
    private final HeaderWriter header;
    private @Nullable ByteBuf pending;
    private boolean isUnflushed;

    FrameWriter(ChannelHandlerContext context, Connection connection, HeaderWriter header) {
        this.context = context;
        this.connection = connection;
        this.header = header;
    }

    /** Writes an answer, or drops it if nobody waits for it. */
    public void reply(ReplyTo to, Reply reply) {
        reply(to, reply.code().number(), reply.remark(), reply.header(), reply.body());
    }

    /** Writes an answer from its parts. */
    public void reply(ReplyTo to, int code, @Nullable String remark, @Nullable ReplyHeader fields, ReplyBody body) {
        if (to.isOneWay()) {
            body.onWritten().run();
            return;
        }
        header.begin(to.serialization(), code, to.opaque(), RESPONSE, remark);
        if (fields != null) {
            Commands.encodeFields(fields, header);
        }
        int headerBytes = header.end();
        frame(to.serialization(), headerBytes, body.bytes());
        body(body);
        connection.answered();
    }

    void request(Request request, int opaque, boolean isOneWay) {
        header.begin(Serialization.JSON, Commands.codeOf(request).number(), opaque, isOneWay ? ONE_WAY : 0, null);
        Commands.encodeFields(request, header);
        int headerBytes = header.end();
        ByteBuffer body = Commands.bodyOf(request);
        ByteBuf target = frame(Serialization.JSON, headerBytes, body.remaining());
        target.writeBytes(body.duplicate());
    }

    private ByteBuf frame(Serialization type, int headerBytes, int bodyBytes) {
        int total = Integer.BYTES + headerBytes + bodyBytes;
        ByteBuf target = room(Integer.BYTES + total);
        target.writeInt(total);
        target.writeInt(type.number() << 24 | headerBytes);
        target.writeBytes(header.array(), 0, headerBytes);
        return target;
    }

    private void body(ReplyBody body) {
        if (body.bytes() == 0) {
            body.onWritten().run();
            return;
        }
        ByteBuf target = room(0);
        if (body.bytes() / body.parts().size() < PART_BYTES_MIN) {
            for (ByteBuffer part : body.parts()) {
                target.writeBytes(part.duplicate());
            }
            body.onWritten().run();
            return;
        }
        push();
        CompositeByteBuf parts =
                context.alloc().compositeDirectBuffer(body.parts().size());
        for (ByteBuffer part : body.parts()) {
            parts.addComponent(true, Unpooled.wrappedBuffer(part));
        }
        isUnflushed = true;
        context.write(parts).addListener(done -> body.onWritten().run());
    }

    private ByteBuf room(int bytes) {
        ByteBuf target = pending;
        if (target != null && target.readableBytes() > BUFFER_BYTES) {
            push();
            target = null;
        }
        if (target == null) {
            target = context.alloc().directBuffer(Math.max(bytes, 4096));
            pending = target;
        }
        return target;
    }

    private void push() {
        if (pending != null) {
            context.write(pending, context.voidPromise());
            pending = null;
            isUnflushed = true;
        }
    }

    void flush() {
        push();
        if (isUnflushed) {
            isUnflushed = false;
            context.flush();
        }
    }

    void release() {
        if (pending != null) {
            pending.release();
            pending = null;
        }
    }
}
