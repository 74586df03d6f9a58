package dev.millrace.client.jdbc;

import dev.millrace.client.ReceivedMessage;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** Databases and messages to try things with. */
final class Samples {
    private Samples() {}

    /** A database of its own, gone with the process. */
    static DataSource database() {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return source;
    }

    /** Knows its unique id and nothing else. */
    static ReceivedMessage message(String uniqueId) {
        return (ReceivedMessage) Proxy.newProxyInstance(
                Samples.class.getClassLoader(), new Class<?>[] {ReceivedMessage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("property")) {
                        return Optional.of(uniqueId);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }
}
