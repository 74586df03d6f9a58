package dev.millrace.client.fake;

import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.codec.HeaderFields;
import dev.millrace.protocol.route.BrokerData;
import dev.millrace.protocol.route.ClusterInfo;
import dev.millrace.protocol.route.QueueData;
import dev.millrace.protocol.route.TopicRoute;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import dev.millrace.protocol.transport.IoThreads;
import dev.millrace.protocol.transport.RemotingServer;
import dev.millrace.protocol.transport.Reply;
import dev.millrace.protocol.transport.ReplyTo;
import dev.millrace.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A NameServer in memory that knows what a test tells it. Thread-safe. */
public final class FakeNamesrv implements AutoCloseable {
    private final RemotingServer server;
    private final Map<String, TopicRoute> routes = new ConcurrentHashMap<>();
    private final AtomicInteger routeRequests = new AtomicInteger();

    public FakeNamesrv(IoThreads threads) {
        this.server = RemotingServer.start(
                threads,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                TransportSettings.defaults(),
                this::handle,
                ConnectionListener.NONE);
    }

    public String address() {
        return "127.0.0.1:" + server.port();
    }

    public int routeRequestCount() {
        return routeRequests.get();
    }

    /** Puts a topic with this many queues on each broker. */
    public void route(String topic, int queueCount, FakeBroker... brokers) {
        List<BrokerData> addresses = new ArrayList<>();
        List<QueueData> queues = new ArrayList<>();
        for (FakeBroker broker : brokers) {
            addresses.add(new BrokerData(Map.of(0L, broker.address()), broker.name(), "c", false, null));
            queues.add(new QueueData(broker.name(), 6, queueCount, 0, queueCount));
        }
        routes.put(topic, new TopicRoute(addresses, Map.of(), null, queues));
    }

    private void handle(Connection connection, HeaderFields fields, ByteBuffer body) {
        ReplyTo to = ReplyTo.of(connection, fields);
        if (fields.code() == RequestCode.GET_ROUTEINFO_BY_TOPIC.number()) {
            routeRequests.incrementAndGet();
            TopicRoute route = routes.get(fields.requiredText("topic"));
            to.reply(route == null ? Reply.failure(ResponseCode.TOPIC_NOT_EXIST, "no route") : Reply.json(route));
        } else if (fields.code() == RequestCode.GET_BROKER_CLUSTER_INFO.number()) {
            to.reply(Reply.json(new ClusterInfo(Map.of(), Map.of())));
        } else {
            to.reply(Reply.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "not faked"));
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
