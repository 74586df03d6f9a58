package dev.millrace.client.internal.transaction;

import dev.millrace.client.ClientException;
import dev.millrace.client.ErrorCode;
import dev.millrace.client.Message;
import dev.millrace.client.Producer;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.SendResult;
import dev.millrace.client.TransactionOutcome;
import dev.millrace.client.TransactionResult;
import dev.millrace.client.TransactionSettings;
import dev.millrace.client.TransactionalProducer;
import dev.millrace.client.internal.net.Faults;
import dev.millrace.client.internal.net.Requests;
import dev.millrace.client.internal.route.RouteCache;
import dev.millrace.protocol.command.TransactionRequest.EndTransaction;
import dev.millrace.protocol.message.OffsetMessageId;
import dev.millrace.protocol.message.PropertyNames;
import dev.millrace.protocol.transport.Connection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends half messages and their outcomes, and answers brokers that ask. Thread-safe. */
public final class HalfSender implements TransactionalProducer {
    private static final Logger LOG = LoggerFactory.getLogger(HalfSender.class);
    private static final List<String> DELAYS = List.of(
            PropertyNames.DELAY,
            PropertyNames.TIMER_DELAY_MS,
            PropertyNames.TIMER_DELAY_SECONDS,
            PropertyNames.TIMER_DELIVER_MS);

    private final TransactionSettings settings;
    private final Producer producer;
    private final Requests requests;
    private final RouteCache routes;
    private final ExecutorService worker;
    private final Consumer<HalfSender> closed;
    private final TransactionTrace trace;

    /**
     * @param producer sends the half messages; closed with this
     * @param worker calls the application's check; ended with this
     * @param closed told when it has closed
     */
    public HalfSender(
            TransactionSettings settings,
            Producer producer,
            Requests requests,
            RouteCache routes,
            ExecutorService worker,
            Consumer<HalfSender> closed,
            TransactionTrace trace) {
        this.settings = settings;
        this.producer = producer;
        this.requests = requests;
        this.routes = routes;
        this.worker = worker;
        this.closed = closed;
        this.trace = trace;
    }

    public String group() {
        return settings.group();
    }

    /** Topics whose brokers may ask, whether a message was sent or not. */
    public List<String> topics() {
        return settings.topics();
    }

    @Override
    public TransactionResult send(Message message, LocalTransaction transaction) {
        for (String delay : DELAYS) {
            if (message.properties().containsKey(delay)) {
                throw new ClientException(
                        ErrorCode.ILLEGAL_MESSAGE,
                        "a message of a transaction can't be delayed, it has " + delay
                                + "; send it without, or without a transaction");
            }
        }
        SendResult half = producer.send(message.withProperty(PropertyNames.TRANSACTION_PREPARED, "true")
                .withProperty(PropertyNames.PRODUCER_GROUP, settings.group()));
        if (half.durability() != SendResult.Durability.CONFIRMED) {
            String reason = "broker " + half.broker() + " stored message " + half.messageId() + " as "
                    + half.durability() + ", it might be lost; the local transaction was not run";
            LOG.atWarn()
                    .addKeyValue("broker", half.broker())
                    .addKeyValue("error", reason)
                    .log("transaction rolled back");
            return new TransactionResult(
                    half,
                    TransactionOutcome.ROLLBACK,
                    tell(message, half, TransactionOutcome.ROLLBACK),
                    Optional.of(reason));
        }
        TransactionOutcome outcome = run(transaction, half);
        return new TransactionResult(half, outcome, tell(message, half, outcome), Optional.empty());
    }

    private static TransactionOutcome run(LocalTransaction transaction, SendResult half) {
        @Nullable TransactionOutcome outcome = transaction.run(half);
        if (outcome == null) {
            throw new ClientException(
                    ErrorCode.INVALID_ARGUMENT,
                    "the local transaction of message " + half.messageId()
                            + " gave null, which counts as UNKNOWN: the broker asks later; give an outcome");
        }
        return outcome;
    }

    /** Tells the broker; whether it confirmed that. */
    private boolean tell(Message message, SendResult half, TransactionOutcome outcome) {
        String address = routes.addressOf(half.broker()).orElse(null);
        trace.ended(
                settings.group(),
                new TransactionTrace.Half(half.topic(), half.messageId(), message.tag(), message.keys(), address),
                outcome,
                false);
        if (outcome == TransactionOutcome.UNKNOWN || address == null) {
            return false;
        }
        EndTransaction end = new EndTransaction(
                settings.group(),
                half.queueOffset(),
                OffsetMessageId.parse(half.offsetMessageId()).position(),
                number(outcome),
                false,
                half.messageId(),
                half.messageId(),
                half.topic());
        try {
            return Faults.await(requests.tell(address, end));
        } catch (ClientException e) {
            if (e.code() == ErrorCode.INTERRUPTED) {
                Thread.currentThread().interrupt();
            }
            LOG.atDebug()
                    .addKeyValue("broker", half.broker())
                    .addKeyValue("error", e.getMessage())
                    .log("a broker was not told the outcome of a transaction, it asks later");
            return false;
        }
    }

    private static int number(TransactionOutcome outcome) {
        return switch (outcome) {
            case COMMIT -> EndTransaction.COMMIT;
            case ROLLBACK -> EndTransaction.ROLLBACK;
            case UNKNOWN -> EndTransaction.UNKNOWN;
        };
    }

    /** A broker asks about a half message; on an event loop. */
    public void asked(Connection connection, long queueOffset, long position, ReceivedMessage message) {
        try {
            worker.execute(() -> answer(connection, queueOffset, position, message));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("a transactional producer is closed; the broker asks another member of its group");
        }
    }

    private void answer(Connection connection, long queueOffset, long position, ReceivedMessage message) {
        TransactionOutcome outcome = check(message);
        trace.ended(
                settings.group(),
                new TransactionTrace.Half(
                        message.topic(),
                        message.messageId(),
                        message.tag().orElse(null),
                        message.property(PropertyNames.KEYS).orElse(null),
                        connection.remoteAddress()),
                outcome,
                true);
        connection.sendOneWay(new EndTransaction(
                settings.group(),
                queueOffset,
                position,
                number(outcome),
                true,
                message.messageId(),
                message.messageId(),
                message.topic()));
    }

    private TransactionOutcome check(ReceivedMessage message) {
        @Nullable TransactionOutcome outcome = null;
        try {
            outcome = settings.check().check(message);
            if (outcome == null) {
                LOG.atError()
                        .addKeyValue("topic", message.topic())
                        .addKeyValue("error", "the check of transaction " + message.messageId() + " gave null")
                        .log("a check must give an outcome; it counts as UNKNOWN and the broker asks again");
            }
        } catch (RuntimeException | Error e) {
            LOG.atWarn().setCause(e).log("the check of a transaction failed; the broker asks again");
        }
        return outcome == null ? TransactionOutcome.UNKNOWN : outcome;
    }

    @Override
    public void close() {
        producer.close();
        worker.shutdown();
        closed.accept(this);
    }
}
