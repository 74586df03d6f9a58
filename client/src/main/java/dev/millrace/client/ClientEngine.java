package dev.millrace.client;

/** What this library puts behind {@link MillraceClient}. Not for applications: neither to call nor to implement. */
public interface ClientEngine extends AutoCloseable {
    Producer open(ProducerSettings settings);

    Consumer open(ConsumerSettings settings);

    PullConsumer open(PullConsumerSettings settings);

    TransactionalProducer open(TransactionSettings settings);

    TraceCounts traceCounts();

    @Override
    void close();

    /** Starts engines; found by {@link java.util.ServiceLoader}. */
    interface Provider {
        ClientEngine start(ClientSettings settings);
    }
}
