package dev.millrace.examples.orders;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.MessageIdentity;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import dev.millrace.client.jdbc.TransactionalListener;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * Charges each order once, although its message is sent twice, and although the listener fails in the middle: the charge and
 * the mark "this order is done" are one transaction of the database.
 */
public final class ChargeOnce {
    private static final String TOPIC = "payments";
    private static final List<Order> ORDERS =
            List.of(new Order("A-1", "Anna", 4250), new Order("A-2", "Bert", 1999), new Order("A-3", "Cleo", 700));

    private final CountDownLatch handled = new CountDownLatch(ORDERS.size() * 2);
    private boolean hasFailed;

    private ChargeOnce() {}

    public static void main(String[] args) throws Exception {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:billing;DB_CLOSE_DELAY=-1", "", "");
        createTables(database);
        ChargeOnce billing = new ChargeOnce();
        TransactionalListener once = TransactionalListener.of(
                database,
                JdbcSettings.defaults(),
                IdempotenceSettings.of("charge-once").withIdentity(MessageIdentity.messageKey()),
                billing::charge);
        try (MillraceClient client = Cluster.connect();
                Producer producer = client.producer().build()) {
            Cluster.createTopic(client, TOPIC);
            try (Consumer consumer = client.consumer("charge-once")
                    .subscribe(TOPIC, Filter.ALL)
                    .startFrom(StartFrom.FIRST)
                    .retryDelayLevel(1) // 1 s
                    .listener(message -> billing.counted(once.consume(message)))
                    .start()) {
                for (Order order : ORDERS) {
                    producer.send(order.message(TOPIC)); // the key of the message is the order's id
                    producer.send(order.message(TOPIC)); // the customer clicked twice
                }
                billing.handled.await();
            }
            System.out.println(once.counts().committed() + " orders charged, "
                    + once.counts().duplicates() + " duplicates left out, " + total(database) + " cents in all");
        } finally {
            database.dispose();
        }
    }

    private static void createTables(DataSource database) throws SQLException {
        JdbcStore.of(database, JdbcSettings.defaults()).createTable();
        try (Connection connection = database.getConnection();
                PreparedStatement create =
                        connection.prepareStatement("CREATE TABLE charges (order_id VARCHAR(20), cents INT)")) {
            create.execute();
        }
    }

    /** The effect; what this connection does is committed with the mark, or not at all. */
    private ConsumeResult charge(ReceivedMessage message, Connection connection) throws SQLException {
        Order order = Order.of(message);
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO charges VALUES (?, ?)")) {
            insert.setString(1, order.id());
            insert.setInt(2, order.cents());
            insert.executeUpdate();
        }
        if (order.id().equals("A-2") && isFirstTry()) {
            System.out.println("the bank hangs up on order A-2: its charge is rolled back");
            return ConsumeResult.RETRY;
        }
        System.out.println("order " + order.id() + ": " + order.amount() + " charged");
        return ConsumeResult.SUCCESS;
    }

    private synchronized boolean isFirstTry() {
        boolean isFirst = !hasFailed;
        hasFailed = true;
        return isFirst;
    }

    private ConsumeResult counted(ConsumeResult result) {
        if (result == ConsumeResult.SUCCESS) {
            handled.countDown();
        }
        return result;
    }

    private static int total(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement("SELECT SUM(cents) FROM charges");
                ResultSet sum = query.executeQuery()) {
            sum.next();
            return sum.getInt(1);
        }
    }
}
