package dev.millrace.client.internal.net;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.ReplyReader;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Asks servers. Stages fail with what {@link Faults#of} understands. Thread-safe. */
public final class Requests {
    private final Connections connections;
    private final Duration timeout;

    public Requests(Connections connections, Duration timeout) {
        this.connections = connections;
        this.timeout = timeout;
    }

    public Duration timeout() {
        return timeout;
    }

    /** Asks, and reads whatever answer comes. */
    public <T> CompletableFuture<T> call(String address, Request request, Duration within, ReplyReader<T> reader) {
        return connections.call(address, request, within, reader);
    }

    /** Asks; an answer other than success fails the stage. */
    public <T> CompletableFuture<T> ask(String address, Request request, ReplyReader<T> reader) {
        return connections.call(address, request, timeout, successful(address, reader));
    }

    /** Asks for something that answers nothing but success. */
    public CompletableFuture<Boolean> tell(String address, Request request) {
        return ask(address, request, (fields, body) -> true);
    }

    /** Asks for a record in JSON. */
    public <T extends Record> CompletableFuture<T> askJson(String address, Request request, Class<T> type) {
        return ask(address, request, (fields, body) -> BodyJson.read(type, body));
    }

    public void sendOneWay(String address, Request request) {
        connections.sendOneWay(address, request);
    }

    /** A reader that refuses every answer but success. */
    public static <T> ReplyReader<T> successful(String address, ReplyReader<T> reader) {
        return (fields, body) -> {
            if (fields.code() != ResponseCode.SUCCESS.number()) {
                throw Faults.ofAnswer(address, fields.code(), fields.remark());
            }
            return reader.read(fields, body);
        };
    }
}
