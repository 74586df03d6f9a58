package dev.millrace.client;

/** What this library puts behind {@link MillraceClient}. Not for applications: neither to call nor to implement. */
public interface ClientEngine extends AutoCloseable {
    Producer open(ProducerSettings settings);

    Consumer open(ConsumerSettings settings);

    PullConsumer open(PullConsumerSettings settings);

    TransactionalProducer open(TransactionSettings settings);

    TraceCounts traceCounts();

    /** The engine that has the connections, for administration: names there are as they travel. */
    default ClientEngine connected() {
        return this;
    }

    @Override
    void close();

    /** Starts engines; found by {@link java.util.ServiceLoader}. */
    interface Provider {
        ClientEngine start(ClientSettings settings);
    }
}
