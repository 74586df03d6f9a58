package dev.millrace.broker;

import dev.millrace.broker.consumergroup.Members;
import dev.millrace.protocol.transport.CloseCounts;
import dev.millrace.protocol.transport.CloseReason;
import dev.millrace.protocol.transport.Connection;
import dev.millrace.protocol.transport.ConnectionListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts connections, closes those over the limit, and forgets the clients of those that are gone. Thread-safe. */
final class ConnectionGate implements ConnectionListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionGate.class);

    private final Members members;
    private final CloseCounts closeCounts;
    private final int connectionsMax;
    private final AtomicInteger count = new AtomicInteger();

    ConnectionGate(Members members, CloseCounts closeCounts, int connectionsMax) {
        this.members = members;
        this.closeCounts = closeCounts;
        this.connectionsMax = connectionsMax;
    }

    @Override
    public void opened(Connection connection) {
        if (count.incrementAndGet() > connectionsMax) {
            LOG.atWarn()
                    .addKeyValue("client", connection.remoteAddress())
                    .log(
                            "{} connections are open, a further one is closed; raise broker.connections-max",
                            connectionsMax);
            connection.close();
        }
    }

    @Override
    public void closing(Connection connection, CloseReason reason) {
        closeCounts.add(reason);
    }

    @Override
    public void closed(Connection connection) {
        count.decrementAndGet();
        members.closed(connection);
    }
}
