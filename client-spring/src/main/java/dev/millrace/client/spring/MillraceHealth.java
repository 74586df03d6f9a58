package dev.millrace.client.spring;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.BrokerInfo;
import java.util.List;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** UP while a NameServer answers and knows a broker; details: brokers, and how many queues each group reads. Thread-safe. */
final class MillraceHealth extends AbstractHealthIndicator {
    private final Admin admin;
    private final MillraceListeners listeners;

    MillraceHealth(MillraceClient client, MillraceListeners listeners) {
        super("millrace can't be asked");
        this.admin = Admin.of(client);
        this.listeners = listeners;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        List<String> brokers = admin.brokers().stream().map(BrokerInfo::name).toList();
        if (brokers.isEmpty()) {
            builder.down().withDetail("error", "no broker is registered; look at the brokers' logs");
        } else {
            builder.up().withDetail("brokers", brokers);
        }
        builder.withDetail("queues", listeners.queueCounts());
    }
}
