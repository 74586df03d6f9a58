package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.RequestHandler;
import dev.millrace.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A NameServer that takes connections and never answers, beside one that does. */
final class SilentNamesrvTest {
    private static final int SENDS = 5;
    /** What registering with a silent NameServer takes until it is given up, for each send. */
    private static final Duration IF_IT_WAITED = Duration.ofSeconds(3);

    private final IoThreads io = IoThreads.start(1);
    private final BlockingQueue<String> registrations = new LinkedBlockingQueue<>();
    private final RemotingServer answering = RemotingServer.start(
            io,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            TransportSettings.defaults(),
            new Answering(),
            ConnectionListener.NONE);

    private final class Answering implements RequestHandler {
        @Override
        public void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
            registrations.add(StandardCharsets.UTF_8.decode(body.duplicate()).toString());
            ReplyTo.of(connection, fields).reply(Reply.success());
        }
    }

    @AfterEach
    void stop() {
        answering.close();
        io.close();
    }

    @Test
    void doesNotHoldUpSendsThatCreateTopics(@TempDir Path folder) throws IOException, InterruptedException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                RunningBroker broker = new RunningBroker(
                        folder,
                        "broker.namesrv=127.0.0.1:" + silent.getLocalPort() + ";127.0.0.1:" + answering.port())) {
            long start = System.nanoTime();
            for (int i = 0; i < SENDS; i++) {
                assertThat(broker.ask(message("fresh" + i, 0, "", "x")).responseCode())
                        .isEqualTo(ResponseCode.SUCCESS);
                assertThat(awaitRegistrationOf("fresh" + i)).isTrue();
            }

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(IF_IT_WAITED.multipliedBy(SENDS));
        }
    }

    private boolean awaitRegistrationOf(String topic) throws InterruptedException {
        String body = registrations.poll(10, TimeUnit.SECONDS);
        while (body != null && !body.contains("\"" + topic + "\"")) {
            body = registrations.poll(10, TimeUnit.SECONDS);
        }
        return body != null;
    }
}
