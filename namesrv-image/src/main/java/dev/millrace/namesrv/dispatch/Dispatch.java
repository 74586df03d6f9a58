package dev.millrace.namesrv.dispatch;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.RequestHandler;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Request code → record → handler → reply.
 *
 * <p>Thread-safe: the table is built at start and not changed.
 */
public final class Dispatch implements RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private final Map<Class<?>, Handler<?>> handlers;

    private Dispatch(Map<Class<?>, Handler<?>> handlers) {
        this.handlers = Map.copyOf(handlers);
    }

    /** Collects the table. Owner: the thread that starts the program. */
    public static final class Table {
        private final Map<Class<?>, Handler<?>> handlers = new HashMap<>();

        public <R extends NamesrvRequest> Table on(Class<R> type, Handler<? super R> handler) {
            if (handlers.put(type, handler) != null) {
                throw new AssertionError("two handlers for " + type.getSimpleName());
            }
            return this;
        }

        public Dispatch build() {
            return new Dispatch(handlers);
        }
    }

    @Override
    public void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        ReplyTo.of(connection, fields).reply(answer(connection, fields, body));
    }

    private Reply answer(Connection connection, HeaderFields fields, ByteBuffer body) {
        try {
            Optional<RequestCode> code = RequestCode.ofNumber(fields.code());
            Request request = code.isEmpty() ? null : Commands.decode(code.get(), fields, body);
            Handler<NamesrvRequest> handler = handler(request);
            if (!(request instanceof NamesrvRequest known) || handler == null) {
                return Reply.failure(
                        ResponseCode.REQUEST_CODE_NOT_SUPPORTED, " request type " + fields.code() + " not supported");
            }
            return handler.handle(known, new Caller(connection, fields));
        } catch (ProtocolException e) {
            return Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("code", fields.code()).setCause(e).log("request failed, this is a bug");
            return Reply.failure(ResponseCode.SYSTEM_ERROR, "request " + fields.code() + " failed: " + e);
        }
    }

    @SuppressWarnings("unchecked") // Table.on ties each handler to its request type
    private @Nullable Handler<NamesrvRequest> handler(@Nullable Request request) {
        return request == null ? null : (Handler<NamesrvRequest>) handlers.get(request.getClass());
    }
}
