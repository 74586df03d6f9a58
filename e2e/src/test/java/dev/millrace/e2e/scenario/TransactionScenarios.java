package dev.millrace.e2e.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.servers.ServerKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.awaitility.Awaitility;

/** What transactional producers do. Apache's broker asks each 5 s, ours after 3 s,
 * then 2, 4 and 8 s later. Owner: the scenario's thread. */
public final class TransactionScenarios {
    private static final Duration WAIT_MAX = Duration.ofSeconds(90);
    private static final String GIVEN_UP_TOPIC = "TRANS_CHECK_MAX_TIME_TOPIC";

    private static Received consume(Clients clients, Environment env, String topic) throws Exception {
        Received received = new Received();
        DefaultMQPushConsumer consumer = clients.pushConsumer(env.name("G"));
        consumer.subscribe(topic, "*");
        received.listenConcurrently(consumer);
        consumer.start();
        return received;
    }

    private static TransactionSendResult send(
            TransactionMQProducer producer, String topic, String body, Object argument) throws Exception {
        TransactionSendResult result = producer.sendMessageInTransaction(Clients.tagged(topic, "TagT", body), argument);
        assertThat(result.getSendStatus()).isEqualTo(SendStatus.SEND_OK);
        return result;
    }

    private static void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(100)).until(condition);
    }

    public void deliversWhatIsCommittedAndNothingThatIsRolledBack(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tx");
            TransactionMQProducer producer = clients.transactionProducer(env.name("TP"), new Outcomes());
            clients.createTopic(producer, topic, 2);
            Received received = consume(clients, env, topic);
            List<String> committed = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                boolean isCommitted = i % 2 == 0;
                String body = (isCommitted ? "yes-" : "no-") + i;
                TransactionSendResult result = send(
                        producer,
                        topic,
                        body,
                        isCommitted ? LocalTransactionState.COMMIT_MESSAGE : LocalTransactionState.ROLLBACK_MESSAGE);
                assertThat(result.getTransactionId()).isEqualTo(result.getMsgId());
                assertThat(result.getMessageQueue().getTopic()).isEqualTo(topic);
                if (isCommitted) {
                    committed.add(body);
                }
            }

            received.awaitBodies(committed);

            MessageExt message = received.messages().getFirst();
            assertThat(message.getTags()).isEqualTo("TagT");
            assertThat(message.getProperty("TRAN_MSG")).isEqualTo("true");
            assertThat(message.getProperty("PGROUP")).isEqualTo(env.name("TP"));
            assertThat(message.getProperties()).doesNotContainKeys("REAL_TOPIC", "REAL_QID");
            assertThat(message.getProperty("__transactionId__")).isEqualTo(message.getMsgId());
            assertThat(message.getPreparedTransactionOffset()).isPositive();
        }
    }

    public void asksForTheOutcomeUntilItIsKnown(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tx");
            Outcomes outcomes = new Outcomes().withUndecided(LocalTransactionState.UNKNOW);
            TransactionMQProducer producer = clients.transactionProducer(env.name("TP"), outcomes);
            clients.createTopic(producer, topic, 1);
            Received received = consume(clients, env, topic);
            TransactionSendResult sent = send(producer, topic, "maybe", LocalTransactionState.UNKNOW);
            send(producer, topic, "never", LocalTransactionState.UNKNOW);
            await(() -> outcomes.questionCount("maybe") > 0 && outcomes.questionCount("never") > 0);
            assertThat(received.bodies()).isEmpty();

            outcomes.decide("maybe", LocalTransactionState.COMMIT_MESSAGE);
            outcomes.decide("never", LocalTransactionState.ROLLBACK_MESSAGE);
            received.awaitBodies(List.of("maybe"));
            await(() -> outcomes.questionCount("never") > 1);
            send(producer, topic, "last", LocalTransactionState.COMMIT_MESSAGE);
            received.awaitBodies(List.of("maybe", "last"));

            MessageExt question = outcomes.questions().getFirst();
            assertThat(question.getTopic()).isEqualTo(topic);
            assertThat(question.getTransactionId()).isEqualTo(question.getProperty("UNIQ_KEY"));
            assertThat(outcomes.questions())
                    .filteredOn(each -> Clients.body(each).equals("maybe"))
                    .allSatisfy(each -> assertThat(each.getTransactionId()).isEqualTo(sent.getTransactionId()));
        }
    }

    public void asksAnotherMemberWhenTheSenderIsGone(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tx");
            String group = env.name("TP");
            TransactionMQProducer first = clients.transactionProducer(group, new Outcomes());
            clients.createTopic(first, topic, 1);
            Received received = consume(clients, env, topic);
            send(first, topic, "left behind", LocalTransactionState.UNKNOW);
            first.shutdown();

            Outcomes outcomes = new Outcomes().withUndecided(LocalTransactionState.COMMIT_MESSAGE);
            TransactionMQProducer second = clients.transactionProducer(group, outcomes);
            // Producers say to brokers that they are there when they know a route.
            send(second, topic, "known", LocalTransactionState.COMMIT_MESSAGE);

            received.awaitBodies(List.of("known", "left behind"));
            assertThat(outcomes.questionCount("left behind")).isPositive();
        }
    }

    public void givesUpAfterTheLastQuestion(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("tx");
            String body = env.name("nobody knows");
            Outcomes outcomes = new Outcomes().withUndecided(LocalTransactionState.UNKNOW);
            TransactionMQProducer producer = clients.transactionProducer(env.name("TP"), outcomes);
            clients.createTopic(producer, topic, 1);
            Received received = consume(clients, env, topic);
            // Every question counts only once the broker knows whom to ask: it has asked this producer before.
            String known = env.name("known");
            outcomes.decide(known, LocalTransactionState.ROLLBACK_MESSAGE);
            send(producer, topic, known, LocalTransactionState.UNKNOW);
            await(() -> outcomes.questionCount(known) > 0);
            send(producer, topic, body, LocalTransactionState.UNKNOW);
            DefaultMQPullConsumer reader = clients.pullConsumer(env.name("R"));
            reader.start();
            MessageQueue givenUp = new MessageQueue(GIVEN_UP_TOPIC, "e2e-broker-a", 0);

            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions()
                    .until(() -> reader.maxOffset(givenUp) > 0
                            && PullScenarios.pullFrom(reader, givenUp, 0).stream()
                                    .anyMatch(each -> Clients.body(each).equals(body)));

            assertThat(outcomes.questionCount(body)).isEqualTo(env.kind() == ServerKind.APACHE ? 10 : 3);
            assertThat(received.bodies()).isEmpty();
        }
    }

    public void makesAnUnknownTopic(Environment env) throws Exception {
        try (Clients clients = new Clients(env)) {
            String topic = env.name("txnew");
            TransactionMQProducer producer = clients.transactionProducer(env.name("TP"), new Outcomes());
            send(producer, topic, "first", LocalTransactionState.COMMIT_MESSAGE);

            consume(clients, env, topic).awaitBodies(List.of("first"));
        }
    }
}
