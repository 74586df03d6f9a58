package dev.millrace.namesrv;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.command.NamesrvRequest.GetRoute;
import dev.millrace.protocol.command.NamesrvRequest.RegisterBroker;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfig;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingClient;
import dev.millrace.protocol.transport.TransportSettings;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A broker or client of the NameServer under test, with one connection. */
final class Peer implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String CLUSTER = "c";

    private final RemotingClient client;
    private final String address;

    Peer(IoThreads io, int port) {
        this.client = new RemotingClient(
                io, TransportSettings.defaults(), (connection, fields, body) -> {}, ConnectionListener.NONE);
        this.address = "127.0.0.1:" + port;
    }

    /** An answer, copied out of the frame. */
    record Answer(int code, @Nullable String remark, Map<String, String> fields, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        boolean isSuccess() {
            return code == ResponseCode.SUCCESS.number();
        }
    }

    Answer ask(NamesrvRequest request) {
        return client.call(address, request, TIMEOUT, (fields, body) -> {
                    byte[] bytes = new byte[body.remaining()];
                    body.get(bytes);
                    return new Answer(fields.code(), fields.remark(), fields.toMap(), bytes);
                })
                .join();
    }

    Answer route(String topic) {
        return ask(new GetRoute(topic, true));
    }

    static DataVersion version(long counter) {
        return new DataVersion(counter, 0, 1);
    }

    static TopicConfigTable topics(DataVersion version, String... names) {
        Map<String, TopicConfig> table = new TreeMap<>();
        for (String name : names) {
            table.put(name, TopicConfig.of(name, 4, 6));
        }
        return new TopicConfigTable(version, table);
    }

    static RegisterBroker registration(String name, long id, String brokerAddress, TopicConfigTable topics) {
        byte[] body = BodyJson.write(new RegisterBrokerBody(List.of(), topics));
        return new RegisterBroker(
                name, brokerAddress, CLUSTER, brokerAddress + "1", id, null, null, false, 0, ByteBuffer.wrap(body));
    }

    Answer register(String name, long id, String brokerAddress, String... topics) {
        return ask(registration(name, id, brokerAddress, topics(version(1), topics)));
    }

    @Override
    public void close() {
        client.close();
    }
}
