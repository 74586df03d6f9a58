package dev.millrace.broker;

import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.command.Request;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client that answers what the broker asks it, each time the same, and keeps the questions. Owner: one test. */
final class AnsweringClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final IoThreads io = IoThreads.start(1);
    private final BlockingQueue<RunningBroker.Answer> questions = new LinkedBlockingQueue<>();
    private final RemotingClient client;
    private final String address;
    private final Reply answer;

    AnsweringClient(RunningBroker broker, Reply answer) {
        this.address = broker.address();
        this.answer = answer;
        this.client = new RemotingClient(io, TransportSettings.defaults(), this::handle, ConnectionListener.NONE);
    }

    private void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        questions.add(RunningBroker.Answer.of(fields, body));
        ReplyTo.of(connection, fields).reply(answer);
    }

    RunningBroker.Answer ask(Request request) {
        return client.call(address, request, TIMEOUT, RunningBroker.Answer::of).join();
    }

    /** The next request of the broker with this code; others are dropped. */
    RunningBroker.Answer nextQuestion(int code) throws InterruptedException {
        long end = System.nanoTime() + TIMEOUT.toNanos();
        while (System.nanoTime() - end < 0) {
            RunningBroker.Answer next = questions.poll(100, TimeUnit.MILLISECONDS);
            if (next != null && next.code() == code) {
                return next;
            }
        }
        throw new AssertionError("no request " + code + " within " + TIMEOUT);
    }

    @Override
    public void close() {
        client.close();
        io.close();
    }
}
