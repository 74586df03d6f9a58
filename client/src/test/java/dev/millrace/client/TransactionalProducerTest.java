package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.client.fake.FakeCluster;
import dev.millrace.protocol.RequestCode;
import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.command.ClientRequest;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionalProducerTest {
    private final FakeCluster cluster = new FakeCluster();
    private final MillraceClient client = cluster.client();
    private final Message message = Message.of("t", "body".getBytes(StandardCharsets.UTF_8));

    @BeforeEach
    void route() {
        cluster.namesrv.route("t", 1, cluster.a);
    }

    @AfterEach
    void close() {
        client.close();
        cluster.close();
    }

    private TransactionalProducer producer(TransactionalProducer.OutcomeCheck check) {
        return client.transactionalProducer("payments", check).topic("t").build();
    }

    @Test
    void tellsTheBrokerWhatTheLocalTransactionSaid() throws InterruptedException {
        TransactionalProducer producer = producer(asked -> TransactionOutcome.UNKNOWN);

        TransactionResult result = producer.send(message, stored -> TransactionOutcome.COMMIT);

        assertThat(result.outcome()).isEqualTo(TransactionOutcome.COMMIT);
        assertThat(result.isTold()).isTrue();
        EndTransaction end = cluster.a.seen().nextEnd();
        assertThat(end.producerGroup()).isEqualTo("payments");
        assertThat(end.commitOrRollback()).isEqualTo(EndTransaction.COMMIT);
        assertThat(end.tranStateTableOffset()).isZero();
        assertThat(end.msgId()).isEqualTo(result.message().messageId());
        assertThat(end.fromTransactionCheck()).isFalse();
        ReceivedMessage stored = stored();
        assertThat(stored.property("TRAN_MSG")).hasValue("true");
        assertThat(stored.property("PGROUP")).hasValue("payments");

        producer.send(message, half -> TransactionOutcome.ROLLBACK);
        assertThat(cluster.a.seen().nextEnd().commitOrRollback()).isEqualTo(EndTransaction.ROLLBACK);
    }

    @Test
    void tellsBrokersOfAGroupThatComesToAnOpenConnection() {
        producer(asked -> TransactionOutcome.UNKNOWN);
        awaitGroup("payments");

        client.transactionalProducer("refunds", asked -> TransactionOutcome.UNKNOWN)
                .topic("t")
                .build();
        client.transactionalProducer("vouchers", asked -> TransactionOutcome.UNKNOWN)
                .build();

        awaitGroup("refunds");
        awaitGroup("vouchers");
    }

    /** Far less than the pause between two heartbeats. */
    private void awaitGroup(String group) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!cluster.a.producers(group)) {
            assertThat(System.nanoTime()).as("the broker knows " + group).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    private ReceivedMessage stored() {
        byte[] record = cluster.a.record("t", 0, 0);
        return dev.millrace.client.internal.message.Records.decode(ByteBuffer.wrap(record), "a")
                .get(0);
    }

    @Test
    void saysNothingWhileTheOutcomeIsUnknown() {
        TransactionalProducer producer = producer(asked -> TransactionOutcome.UNKNOWN);

        TransactionResult result = producer.send(message, stored -> TransactionOutcome.UNKNOWN);

        assertThat(result.isTold()).isFalse();
        assertThatThrownBy(() -> producer.send(message, stored -> {
                    throw new IllegalStateException("database away");
                }))
                .hasMessage("database away");
        assertThat(cluster.a.count(RequestCode.END_TRANSACTION)).isZero();
    }

    @Test
    void runsNothingIfTheMessageIsNotStored() {
        cluster.a.refuseNext(ResponseCode.MESSAGE_ILLEGAL);
        TransactionalProducer producer = producer(asked -> TransactionOutcome.UNKNOWN);

        assertThatThrownBy(() -> producer.send(message, stored -> {
                    throw new AssertionError("must not run");
                }))
                .isInstanceOf(ClientException.class);
        assertThatThrownBy(() -> producer.send(message.withDelayLevel(1), stored -> TransactionOutcome.COMMIT))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("DELAY");
    }

    @Test
    void answersBrokersThatAsk() throws InterruptedException {
        TransactionalProducer producer =
                producer(asked -> new String(asked.body(), StandardCharsets.UTF_8).equals("body")
                        ? TransactionOutcome.COMMIT
                        : TransactionOutcome.ROLLBACK);
        SendResult half =
                producer.send(message, stored -> TransactionOutcome.UNKNOWN).message();

        cluster.a
                .seen()
                .ask(new ClientRequest.CheckTransaction(
                        7,
                        77,
                        half.messageId(),
                        half.messageId(),
                        "id",
                        "t",
                        "a",
                        ByteBuffer.wrap(cluster.a.record("t", 0, 0))));

        EndTransaction end = cluster.a.seen().nextEnd();
        assertThat(end.commitOrRollback()).isEqualTo(EndTransaction.COMMIT);
        assertThat(end.tranStateTableOffset()).isEqualTo(7);
        assertThat(end.commitLogOffset()).isEqualTo(77);
        assertThat(end.fromTransactionCheck()).isTrue();
        assertThat(end.msgId()).isEqualTo(half.messageId());
    }

    @Test
    void aCheckThatFailsIsUnknown() throws InterruptedException {
        TransactionalProducer producer = producer(asked -> {
            throw new IllegalStateException("database away");
        });
        SendResult half =
                producer.send(message, stored -> TransactionOutcome.UNKNOWN).message();

        cluster.a
                .seen()
                .ask(new ClientRequest.CheckTransaction(
                        0, 0, half.messageId(), null, "id", "t", "a", ByteBuffer.wrap(cluster.a.record("t", 0, 0))));

        assertThat(cluster.a.seen().nextEnd().commitOrRollback()).isEqualTo(EndTransaction.UNKNOWN);
    }

    @Test
    void saysWhyTheLocalTransactionDidNotRun() throws InterruptedException {
        cluster.a.answerNextSendWith(ResponseCode.FLUSH_DISK_TIMEOUT);
        TransactionalProducer producer = producer(asked -> TransactionOutcome.UNKNOWN);

        TransactionResult result = producer.send(message, stored -> {
            throw new AssertionError("must not run");
        });

        assertThat(result.hasRun()).isFalse();
        assertThat(result.notRunReason().orElseThrow()).contains("NOT_YET_ON_DISK");
        assertThat(result.outcome()).isEqualTo(TransactionOutcome.ROLLBACK);
        assertThat(cluster.a.seen().nextEnd().commitOrRollback()).isEqualTo(EndTransaction.ROLLBACK);
    }

    @Test
    @SuppressWarnings("NullAway") // what applications in other languages of the platform may do
    void anOutcomeOfNullIsUnknown() throws InterruptedException {
        TransactionalProducer producer = producer(asked -> null);

        assertThatThrownBy(() -> producer.send(message, stored -> null))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("gave null, which counts as UNKNOWN");
        assertThat(cluster.a.count(RequestCode.END_TRANSACTION)).isZero();
        SendResult half =
                producer.send(message, stored -> TransactionOutcome.UNKNOWN).message();
        for (int i = 0; i < 2; i++) {
            cluster.a
                    .seen()
                    .ask(new ClientRequest.CheckTransaction(
                            0,
                            0,
                            half.messageId(),
                            null,
                            "id",
                            "t",
                            "a",
                            ByteBuffer.wrap(cluster.a.record("t", 0, 0))));
            assertThat(cluster.a.seen().nextEnd().commitOrRollback()).isEqualTo(EndTransaction.UNKNOWN);
        }
    }

    @Test
    void brokersOfATopicThatComesLaterHearOfTheGroup() {
        try (MillraceClient quick = MillraceClient.builder()
                .namesrv(cluster.namesrv.address())
                .routePollInterval(Duration.ofMillis(20))
                .build()) {
            quick.transactionalProducer("late", asked -> TransactionOutcome.UNKNOWN)
                    .topic("later")
                    .build();
            while (cluster.namesrv.routeRequestCount() == 0) {
                Thread.onSpinWait();
            }

            cluster.namesrv.route("later", 1, cluster.a);

            while (!cluster.a.producers("late")) {
                Thread.onSpinWait();
            }
            cluster.namesrv.route("later", 1, cluster.a, cluster.b);
            while (!cluster.b.producers("late")) {
                Thread.onSpinWait();
            }
        }
        assertThat(cluster.a.producers("late")).isFalse();
    }

    @Test
    void refusesASecondOneOfTheGroup() {
        producer(asked -> TransactionOutcome.UNKNOWN);

        assertThatThrownBy(() -> producer(asked -> TransactionOutcome.UNKNOWN))
                .isInstanceOf(ClientException.class)
                .hasMessageContaining("payments");
    }
}
