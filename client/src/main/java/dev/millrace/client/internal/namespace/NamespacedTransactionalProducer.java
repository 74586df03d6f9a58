package dev.millrace.client.internal.namespace;

import dev.millrace.client.Message;
import dev.millrace.client.TransactionResult;
import dev.millrace.client.TransactionalProducer;

/** A transactional producer of a namespace. Thread-safe: immutable. */
final class NamespacedTransactionalProducer implements TransactionalProducer {
    private final TransactionalProducer producer;
    private final Names names;

    NamespacedTransactionalProducer(TransactionalProducer producer, Names names) {
        this.producer = producer;
        this.names = names;
    }

    @Override
    public TransactionResult send(Message message, LocalTransaction transaction) {
        TransactionResult result = producer.send(names.wire(message), stored -> transaction.run(names.shown(stored)));
        return new TransactionResult(
                names.shown(result.message()), result.outcome(), result.isTold(), result.notRunReason());
    }

    @Override
    public void close() {
        producer.close();
    }
}
