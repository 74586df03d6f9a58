package dev.millrace.broker.dispatch;

import dev.millrace.protocol.ProtocolException;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.Commands;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.RequestHandler;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the handler of each request and runs it: hot and quick ones on the event loop, those that wait for a disk or a
 * peer on the admin executor. What a handler throws becomes an answer.
 *
 * <p>Thread-safe: immutable after the start.
 */
public final class Dispatcher implements RequestHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Map<RequestCode, Entry> table;
    private final Executor admin;
    private final LongAdder failures = new LongAdder();

    private record Entry(Handler<Request> handler, boolean isInline) {}

    private Dispatcher(Builder builder) {
        this.table = new EnumMap<>(builder.table);
        this.admin = builder.admin;
    }

    /** @param admin runs what may block */
    public static Builder builder(Executor admin) {
        return new Builder(admin);
    }

    /** Collects the handlers at the start. */
    public static final class Builder {
        private final Map<RequestCode, Entry> table = new EnumMap<>(RequestCode.class);
        private final Executor admin;

        private Builder(Executor admin) {
            this.admin = admin;
        }

        /** Adds a handler that runs on the event loop: it must not block. */
        public <R extends Request> Builder onLoop(RequestCode code, Class<R> type, Handler<R> handler) {
            return put(code, type, handler, true);
        }

        /** Adds a handler that runs on the event loop and answers at once. */
        public <R extends Request> Builder quick(RequestCode code, Class<R> type, SyncHandler<R> handler) {
            return put(code, type, (request, caller) -> caller.reply(handler.handle(request, caller)), true);
        }

        /** Adds a handler that may block. */
        public <R extends Request> Builder blocking(RequestCode code, Class<R> type, SyncHandler<R> handler) {
            return put(code, type, (request, caller) -> caller.reply(handler.handle(request, caller)), false);
        }

        /** Adds a handler that may block and answers later. */
        public <R extends Request> Builder blockingLater(RequestCode code, Class<R> type, Handler<R> handler) {
            return put(code, type, handler, false);
        }

        private <R extends Request> Builder put(RequestCode code, Class<R> type, Handler<R> handler, boolean isInline) {
            Entry known = table.put(
                    code, new Entry((request, caller) -> handler.handle(type.cast(request), caller), isInline));
            if (known != null) {
                throw new AssertionError("two handlers for " + code);
            }
            return this;
        }

        /** The same handlers without these codes: for the port that serves no long polls. */
        public Dispatcher buildWithout(RequestCode... codes) {
            Dispatcher dispatcher = new Dispatcher(this);
            for (RequestCode code : codes) {
                dispatcher.table.remove(code);
            }
            return dispatcher;
        }

        public Dispatcher build() {
            return new Dispatcher(this);
        }
    }

    /** Requests that a handler failed on, since the start. */
    public long failures() {
        return failures.sum();
    }

    @Override
    public void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        Caller caller = new Caller(ReplyTo.of(connection, fields), fields.version(), fields.language());
        RequestCode code = RequestCode.ofNumber(fields.code()).orElse(null);
        Entry entry = code == null ? null : table.get(code);
        if (entry == null || code == null) {
            caller.reply(Reply.failure(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED, " request type " + fields.code() + " not supported"));
            return;
        }
        try {
            run(entry, decode(code, entry, fields, body), caller);
        } catch (RuntimeException e) {
            caller.reply(failure(code, caller, e));
        }
    }

    private static @Nullable Request decode(RequestCode code, Entry entry, HeaderFields fields, ByteBuffer body) {
        ByteBuffer lasting = body;
        if (!entry.isInline && body.hasRemaining()) {
            lasting =
                    ByteBuffer.allocate(body.remaining()).put(body.duplicate()).flip();
        }
        return Commands.decode(code, fields, lasting);
    }

    private void run(Entry entry, @Nullable Request request, Caller caller) {
        if (request == null) {
            throw new AssertionError("a handler for a request without a record");
        }
        if (entry.isInline) {
            entry.handler.handle(request, caller);
            return;
        }
        try {
            admin.execute(() -> runCaught(entry, request, caller));
        } catch (RejectedExecutionException e) {
            caller.reply(Reply.failure(
                    ResponseCode.SYSTEM_BUSY, "[OVERLOAD] too many requests wait for this broker; send again later"));
        }
    }

    private void runCaught(Entry entry, Request request, Caller caller) {
        try {
            entry.handler.handle(request, caller);
        } catch (RuntimeException e) {
            caller.reply(failure(Commands.codeOf(request), caller, e));
        }
    }

    private Reply failure(RequestCode code, Caller caller, RuntimeException fault) {
        if (fault instanceof RequestFailure) {
            RequestFailure refused = (RequestFailure) fault;
            return Reply.failure(refused.code(), refused.remark());
        }
        if (fault instanceof ProtocolException) {
            return Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault.getMessage()));
        }
        failures.increment();
        LOG.atError()
                .addKeyValue("code", code)
                .addKeyValue("client", caller.connection().remoteAddress())
                .setCause(fault)
                .log("request failed");
        return Reply.failure(ResponseCode.SYSTEM_ERROR, String.valueOf(fault));
    }
}
