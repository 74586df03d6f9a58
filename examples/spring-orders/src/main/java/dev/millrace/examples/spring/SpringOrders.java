package dev.millrace.examples.spring;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.client.jdbc.JdbcSettings;
import dev.millrace.client.jdbc.JdbcStore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Places three orders, one of them twice by mistake, and ends when all are charged. */
@SpringBootApplication(proxyBeanMethods = false)
public final class SpringOrders {
    static final String TOPIC = "spring-orders";

    private static final int QUEUE_COUNT = 4;
    private static final int LOOK_AGAIN_MS = 50;

    public static void main(String[] args) throws InterruptedException {
        try (ConfigurableApplicationContext application = SpringApplication.run(SpringOrders.class, args)) {
            Shop shop = application.getBean(Shop.class);
            Order bert = new Order("A-2", "Bert", 1999);

            shop.place(new Order("A-1", "Anna", 4250));
            shop.place(bert);
            shop.place(bert);
            shop.place(new Order("A-3", "Cleo", 700));

            Billing billing = application.getBean(Billing.class);
            List<String> charges = billing.awaitCharges(3);
            System.out.println("charged: " + String.join(", ", charges));
        }
    }

    /** Remembers which orders are charged, in the application's database. */
    @Bean
    JdbcStore marks(DataSource database) {
        JdbcStore store = JdbcStore.of(database, JdbcSettings.defaults());
        store.createTable();
        return store;
    }

    /** Makes the topic before anything sends or receives, and waits until the NameServer shows it. */
    @Bean
    Admin admin(MillraceClient client) throws InterruptedException {
        Admin admin = Admin.of(client);
        admin.createTopic(TopicSpec.of(TOPIC, QUEUE_COUNT));
        while (admin.describeTopic(TOPIC).isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
        return admin;
    }
}
