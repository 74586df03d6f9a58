package dev.millrace.broker.registration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RegistrarTest {
    private static final TopicConfigTable TOPICS =
            new TopicConfigTable(new DataVersion(9, 2, 77), Map.of("T", TopicConfig.of("T", 4, 6)));

    private final IoThreads io = IoThreads.start(1);
    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final RemotingServer namesrv = RemotingServer.start(
            io,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            TransportSettings.defaults(),
            this::take,
            ConnectionListener.NONE);
    private final RemotingClient client = new RemotingClient(
            io, TransportSettings.defaults(), (connection, fields, body) -> {}, ConnectionListener.NONE);

    /** What a NameServer was told: the code, the broker id, and the version of the topics if there is a body. */
    private record Told(int code, String brokerId, String brokerAddress, DataVersion version) {}

    private void take(Connection connection, HeaderFields fields, ByteBuffer body) {
        TopicConfigTable table = body.hasRemaining()
                ? BodyJson.read(RegisterBrokerBody.class, body.duplicate()).topicConfigSerializeWrapper()
                : null;
        told.add(new Told(
                fields.code(),
                String.valueOf(fields.text("brokerId")),
                String.valueOf(fields.text("brokerAddr")),
                table == null ? DataVersion.NONE : table.version()));
        ReplyTo.of(connection, fields).reply(Reply.success());
    }

    @AfterEach
    void stop() {
        client.close();
        namesrv.close();
        io.close();
    }

    @Test
    void registersWithTheEpochAsStateVersion() throws InterruptedException {
        Registrar registrar = registrar(new Registrar.Identity("c", "g0", "10.0.0.1:10911", "10.0.0.1:10912", 41, 0));

        registrar.registerNow();

        assertThat(told.poll(10, TimeUnit.SECONDS))
                .isEqualTo(new Told(
                        RequestCode.REGISTER_BROKER.number(), "0", "10.0.0.1:10911", new DataVersion(9, 41, 77)));
    }

    @Test
    void leavesWithTheIdItRegistered() throws InterruptedException {
        Registrar registrar = registrar(new Registrar.Identity("c", "g0", "10.0.0.1:10911", "10.0.0.1:10912", 41, 2));
        registrar.registerNow();

        registrar.unregister();

        assertThat(told.poll(10, TimeUnit.SECONDS))
                .isNotNull()
                .extracting(Told::brokerId)
                .isEqualTo("2");
        assertThat(told.poll(10, TimeUnit.SECONDS))
                .isEqualTo(new Told(RequestCode.UNREGISTER_BROKER.number(), "2", "10.0.0.1:10911", DataVersion.NONE));
    }

    @Test
    void aBrokerThatStandsAloneHasNoEpoch() throws InterruptedException {
        registrar(new Registrar.Identity("c", "g0", "10.0.0.1:10911", "10.0.0.1:10912", 0, BrokerData.MASTER_ID))
                .registerNow();

        assertThat(told.poll(10, TimeUnit.SECONDS))
                .isNotNull()
                .extracting(Told::version)
                .isEqualTo(new DataVersion(9, 0, 77));
    }

    private Registrar registrar(Registrar.Identity identity) {
        return new Registrar(List.of("127.0.0.1:" + namesrv.port()), identity, () -> TOPICS, client, System::nanoTime);
    }
}
