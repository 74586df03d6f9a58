package dev.millrace.examples.orders;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/**
 * Stores an order and publishes it, both or neither. The message is stored first, where nobody sees it; the row and the
 * message's id are committed together; then the message is delivered. If that news gets lost, the broker asks.
 */
public final class StoreAndPublish {
    private static final String TOPIC = "stored-orders";

    private final DataSource database;

    private StoreAndPublish(DataSource database) {
        this.database = database;
    }

    public static void main(String[] args) throws Exception {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1", "", "");
        StoreAndPublish shop = new StoreAndPublish(database);
        shop.createTable();
        CountDownLatch published = new CountDownLatch(2);
        try (MillraceClient client = Cluster.connect()) {
            Cluster.createTopic(client, TOPIC);
            try (Consumer consumer = client.consumer("warehouse")
                            .subscribe(TOPIC, Filter.ALL)
                            .startFrom(StartFrom.FIRST)
                            .listener(message -> {
                                System.out.println(
                                        "warehouse: order " + Order.of(message).id() + " is there");
                                published.countDown();
                                return ConsumeResult.SUCCESS;
                            })
                            .start();
                    TransactionalProducer producer = client.transactionalProducer("shop", shop::outcome)
                            .topic(TOPIC)
                            .build()) {
                Order anna = new Order("A-1", "Anna", 4250);
                Order bert = new Order("A-2", "Bert", 1999);

                producer.send(anna.message(TOPIC), half -> shop.store(anna, half));
                producer.send(anna.message(TOPIC), half -> shop.store(anna, half)); // once more: refused
                producer.send(bert.message(TOPIC), half -> {
                    shop.store(bert, half);
                    return TransactionOutcome.UNKNOWN; // as if the shop had died here
                });
                published.await();
            }
        } finally {
            database.dispose();
        }
    }

    private void createTable() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement create = connection.prepareStatement("""
                        CREATE TABLE orders (id VARCHAR(20) PRIMARY KEY, cents INT, message_id VARCHAR(64) UNIQUE)
                        """)) {
            create.execute();
        }
    }

    /** The local transaction. The message's id lets {@link #outcome} find out what became of it. */
    private TransactionOutcome store(Order order, SendResult half) {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?)")) {
            insert.setString(1, order.id());
            insert.setInt(2, order.cents());
            insert.setString(3, half.messageId());
            insert.executeUpdate();
            System.out.println("shop: order " + order.id() + " is stored");
            return TransactionOutcome.COMMIT;
        } catch (SQLException e) {
            System.out.println("shop: order " + order.id() + " is not stored, its message is taken back");
            return TransactionOutcome.ROLLBACK;
        }
    }

    /** The broker asks, because it was never told. Nothing there may mean "not yet": it asks again, and gives up in the end. */
    private TransactionOutcome outcome(ReceivedMessage half) {
        try (Connection connection = database.getConnection();
                PreparedStatement query = connection.prepareStatement("SELECT id FROM orders WHERE message_id = ?")) {
            query.setString(1, half.messageId());
            boolean isStored = query.executeQuery().next();
            System.out.println("shop: the broker asks about order "
                    + Order.of(half).id() + ", it is " + (isStored ? "stored" : "not stored"));
            return isStored ? TransactionOutcome.COMMIT : TransactionOutcome.UNKNOWN;
        } catch (SQLException e) {
            return TransactionOutcome.UNKNOWN;
        }
    }
}
