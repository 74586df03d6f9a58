package dev.millrace.protocol.transport;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.ProtocolLimits;
import dev.millrace.protocol.ResponseCode;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(FrameWriter.class);
    private static final int RESPONSE = 1;
    private static final int ONE_WAY = 2;
    private static final int PREFIX_BYTES = 8;
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BUFFER_BYTES_MIN = 1024;
    /** From this average size of its parts on a body is sent from where it stands. */
    private static final int PART_BYTES_MIN = 16 * 1024;

    private final ChannelHandlerContext context;
    private final Connection connection;
    private final HeaderWriter header;
    private final Serialization requestHeaders;
    private @Nullable ByteBuf pending;
    private int lastBytes = BUFFER_BYTES_MIN;
    private boolean isUnflushed;

    FrameWriter(
            ChannelHandlerContext context, Connection connection, HeaderWriter header, Serialization requestHeaders) {
        this.context = context;
        this.connection = connection;
        this.header = header;
        this.requestHeaders = requestHeaders;
    }

    /** Writes an answer, or drops it if nobody waits for it. */
    public void reply(ReplyTo to, Reply reply) {
        reply(to, reply.code().number(), reply.remark(), reply.header(), reply.body());
    }

    /** Writes an answer from its parts; one that can't be written becomes a short one that says why. */
    public void reply(ReplyTo to, int code, @Nullable String remark, @Nullable ReplyHeader fields, ReplyBody body) {
        if (to.isOneWay()) {
            finished(body);
            return;
        }
        try {
            if (isSentInPlace(body)) {
                inPlace(to, code, remark, fields, body);
            } else {
                copied(to, code, remark, fields, body);
                finished(body);
            }
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("client", connection.remoteAddress())
                    .setCause(e)
                    .log("answer not written");
            finished(body);
            copied(to, ResponseCode.SYSTEM_ERROR.number(), "answer not written: " + e, null, ReplyBody.EMPTY);
        }
        connection.answered();
    }

    private static boolean isSentInPlace(ReplyBody body) {
        return body.bytes() >= PART_BYTES_MIN && body.bytes() / body.parts().size() >= PART_BYTES_MIN;
    }

    private static void finished(ReplyBody body) {
        try {
            body.onWritten().run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("parts of an answer not given back");
        }
    }

    private void copied(ReplyTo to, int code, @Nullable String remark, @Nullable ReplyHeader fields, ReplyBody body) {
        int headerBytes = header(to, code, remark, fields);
        ByteBuf target =
                begin(to.serialization(), headerBytes, body.bytes(), PREFIX_BYTES + headerBytes + body.bytes());
        int bodyStart = target.writerIndex();
        try {
            for (ByteBuffer part : body.parts()) {
                target.writeBytes(part.duplicate());
            }
            checkBytes(body, target.writerIndex() - bodyStart);
        } catch (RuntimeException | AssertionError e) {
            target.writerIndex(bodyStart - headerBytes - PREFIX_BYTES);
            throw e;
        }
    }

    private void inPlace(ReplyTo to, int code, @Nullable String remark, @Nullable ReplyHeader fields, ReplyBody body) {
        ByteBuf parts = wrapped(body);
        try {
            checkBytes(body, parts.readableBytes());
            int headerBytes = header(to, code, remark, fields);
            begin(to.serialization(), headerBytes, body.bytes(), PREFIX_BYTES + headerBytes);
        } catch (RuntimeException | AssertionError e) {
            parts.release();
            throw e;
        }
        push();
        isUnflushed = true;
        context.write(parts).addListener(done -> finished(body));
    }

    private ByteBuf wrapped(ReplyBody body) {
        if (body.parts().size() == 1) {
            return Unpooled.wrappedBuffer(body.parts().get(0));
        }
        CompositeByteBuf parts =
                context.alloc().compositeDirectBuffer(body.parts().size());
        for (ByteBuffer part : body.parts()) {
            parts.addComponent(true, Unpooled.wrappedBuffer(part));
        }
        return parts;
    }

    private static void checkBytes(ReplyBody body, int bytes) {
        if (bytes != body.bytes()) {
            throw new ProtocolException("the parts of an answer of " + body.bytes() + " bytes have " + bytes);
        }
    }

    private int header(ReplyTo to, int code, @Nullable String remark, @Nullable ReplyHeader fields) {
        header.begin(to.serialization(), code, to.opaque(), RESPONSE, remark);
        if (fields != null) {
            Commands.encodeFields(fields, header);
        }
        return header.end();
    }

    /** Writes a request. @throws RuntimeException if it can't be written; nothing of it was */
    void request(Request request, int opaque, boolean isOneWay) {
        int code = Commands.codeOf(request).number();
        Serialization type = code <= Short.MAX_VALUE ? requestHeaders : Serialization.JSON;
        header.begin(type, code, opaque, isOneWay ? ONE_WAY : 0, null);
        Commands.encodeFields(request, header);
        int headerBytes = header.end();
        ByteBuffer body = Commands.bodyOf(request);
        int bodyBytes = body.remaining();
        begin(type, headerBytes, bodyBytes, PREFIX_BYTES + headerBytes + bodyBytes)
                .writeBytes(body.duplicate());
    }

    private ByteBuf begin(Serialization type, int headerBytes, int bodyBytes, int roomBytes) {
        long total = (long) Integer.BYTES + headerBytes + bodyBytes;
        if (total > ProtocolLimits.FRAME_BYTES_MAX) {
            throw new ProtocolException("frame of " + total + " bytes is over the limit of "
                    + ProtocolLimits.FRAME_BYTES_MAX + "; ask for or send less at once");
        }
        ByteBuf target = room(roomBytes);
        target.writeInt((int) total);
        target.writeInt(type.number() << 24 | headerBytes);
        target.writeBytes(header.array(), 0, headerBytes);
        return target;
    }

    private ByteBuf room(int bytes) {
        ByteBuf target = pending;
        if (target != null && target.writableBytes() < bytes && target.readableBytes() + bytes > BUFFER_BYTES) {
            push();
            target = null;
        }
        if (target == null) {
            target = context.alloc().directBuffer(Math.max(bytes, lastBytes));
            pending = target;
        }
        return target;
    }

    private void push() {
        if (pending != null && pending.isReadable()) {
            lastBytes = Math.max(BUFFER_BYTES_MIN, Math.min(BUFFER_BYTES, pending.readableBytes()));
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
