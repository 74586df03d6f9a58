package dev.millrace.broker;

import static dev.millrace.broker.RunningBroker.message;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A NameServer that does not answer while a send waits for its topic, beside one that does. */
final class SilentNamesrvTest {
    private static final int SENDS = 5;

    private final IoThreads io = IoThreads.start(1);
    private final BlockingQueue<String> registrations = new LinkedBlockingQueue<>();
    private final RemotingServer answering = namesrv((to, topics) -> {
        registrations.add(topics);
        to.reply(Reply.success());
    });
    private final Queue<ReplyTo> held = new ConcurrentLinkedQueue<>();
    private final Queue<String> heldTopics = new ConcurrentLinkedQueue<>();
    private final RemotingServer silent = namesrv((to, topics) -> {
        heldTopics.add(topics);
        held.add(to);
    });

    private RemotingServer namesrv(BiConsumer<ReplyTo, String> registration) {
        return RemotingServer.start(
                io,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TransportSettings.defaults(),
                (connection, fields, body) -> registration.accept(
                        ReplyTo.of(connection, fields),
                        StandardCharsets.UTF_8.decode(body.duplicate()).toString()),
                ConnectionListener.NONE);
    }

    @AfterEach
    void stop() {
        silent.close();
        answering.close();
        io.close();
    }

    /**
     * The silent one answers only after the send had its own answer. A broker that waited for it would have given each
     * registration up by then, and would send the same table once more.
     */
    @Test
    void doesNotHoldUpSendsThatCreateTopics(@TempDir Path folder) throws IOException, InterruptedException {
        try (RunningBroker broker = new RunningBroker(
                folder, "broker.namesrv=127.0.0.1:" + silent.port() + ";127.0.0.1:" + answering.port())) {
            for (int i = 0; i < SENDS; i++) {
                assertThat(broker.ask(message("fresh" + i, 0, "", "x")).responseCode())
                        .isEqualTo(ResponseCode.SUCCESS);
                assertThat(awaitRegistrationOf("fresh" + i)).isTrue();
                for (ReplyTo to = held.poll(); to != null; to = held.poll()) {
                    to.reply(Reply.success());
                }
            }
        }

        assertThat(heldTopics.stream().filter(topics -> topics.contains("\"fresh0\"")))
                .doesNotHaveDuplicates();
    }

    private boolean awaitRegistrationOf(String topic) throws InterruptedException {
        String body = registrations.poll(10, TimeUnit.SECONDS);
        while (body != null && !body.contains("\"" + topic + "\"")) {
            body = registrations.poll(10, TimeUnit.SECONDS);
        }
        return body != null;
    }
}
