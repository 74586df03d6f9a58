package dev.millrace.e2e.spring;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.StartFrom;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.spring.ConsumerCustomizer;
import dev.millrace.client.spring.MillraceListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** An application that uses each thing of the starter once. Thread-safe: concurrent collections. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({Shop.Billing.class, Shop.Journal.class, Shop.Prices.class, Shop.Ledger.class, Shop.Broken.class})
class Shop {
    static final String ORDERS = "shop-orders";
    static final String EVENTS = "shop-events";
    static final String QUESTIONS = "shop-questions";
    static final String PAYMENTS = "shop-payments";
    static final String POISON = "shop-poison";
    static final List<String> TOPICS = List.of(ORDERS, EVENTS, QUESTIONS, PAYMENTS, POISON);

    /** Travels as JSON. */
    record Order(String id, int cents) {}

    /** What retries wait for, so that they come soon. */
    @Bean
    ConsumerCustomizer shortPauses() {
        return (group, consumer) -> consumer.retryDelayLevel(1);
    }

    /** Takes objects, by a tag. */
    static final class Billing {
        final List<Order> charged = new CopyOnWriteArrayList<>();

        @MillraceListener(topic = ORDERS, group = "shop-billing", filter = "paid", startFrom = StartFrom.Kind.FIRST)
        void charge(Order order, ReceivedMessage message) {
            charged.add(new Order(order.id() + message.keys(), order.cents()));
        }
    }

    /** Takes texts in their order, and fails once at every third. */
    static final class Journal {
        final Map<String, List<String>> written = new ConcurrentHashMap<>();
        private final Map<String, Boolean> failed = new ConcurrentHashMap<>();

        @MillraceListener(topic = EVENTS, group = "shop-journal", ordered = true, startFrom = StartFrom.Kind.FIRST)
        ConsumeResult write(String event, ReceivedMessage message) {
            if (event.endsWith("3") && failed.putIfAbsent(message.messageId(), true) == null) {
                return ConsumeResult.RETRY;
            }
            written.computeIfAbsent(message.keys().get(0), key -> new CopyOnWriteArrayList<>())
                    .add(event);
            return ConsumeResult.SUCCESS;
        }
    }

    /** Answers questions. */
    record Prices(Producer producer) {
        @MillraceListener(topic = QUESTIONS, group = "shop-prices", startFrom = StartFrom.Kind.FIRST)
        void answer(String question, ReceivedMessage message) {
            byte[] answer = (question + " costs 42").getBytes(StandardCharsets.UTF_8);
            producer.send(Message.replyTo(message, answer));
        }
    }

    /** Sends transactions, knows what became of them, and sees those that were committed. */
    static final class Ledger implements TransactionalProducer.OutcomeCheck {
        final List<String> seen = new CopyOnWriteArrayList<>();
        private final Map<String, TransactionOutcome> outcomes = new ConcurrentHashMap<>();
        private final TransactionalProducer producer;

        Ledger(TransactionalProducer producer) {
            this.producer = producer;
        }

        /** Tells the broker {@code first}; who asks later hears {@code later}. */
        void pay(String text, TransactionOutcome first, TransactionOutcome later) {
            producer.send(
                    Message.of(PAYMENTS, text.getBytes(StandardCharsets.UTF_8)), half -> store(half, later, first));
        }

        private TransactionOutcome store(SendResult half, TransactionOutcome stored, TransactionOutcome told) {
            outcomes.put(half.messageId(), stored);
            return told;
        }

        @Override
        public TransactionOutcome check(ReceivedMessage message) {
            return outcomes.getOrDefault(message.messageId(), TransactionOutcome.UNKNOWN);
        }

        @MillraceListener(topic = PAYMENTS, group = "shop-ledger", startFrom = StartFrom.Kind.FIRST)
        void see(List<String> payments) {
            seen.addAll(payments);
        }
    }

    /** Fails always, and looks at its dead letters. */
    static final class Broken {
        final List<Integer> attempts = new CopyOnWriteArrayList<>();
        final List<String> dead = new CopyOnWriteArrayList<>();

        @MillraceListener(topic = POISON, group = "shop-broken", attemptsMax = "3", startFrom = StartFrom.Kind.FIRST)
        void fail(Order order, ReceivedMessage message) {
            attempts.add(message.timesConsumed());
            throw new IllegalStateException("no way to handle " + order);
        }

        @MillraceListener(topic = "%DLQ%shop-broken", group = "shop-undertaker", startFrom = StartFrom.Kind.FIRST)
        void bury(byte[] body) {
            dead.add(new String(body, StandardCharsets.UTF_8));
        }

        List<Integer> attempts() {
            return new ArrayList<>(attempts);
        }
    }
}
