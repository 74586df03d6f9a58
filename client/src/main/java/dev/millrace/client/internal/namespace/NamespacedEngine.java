package dev.millrace.client.internal.namespace;

import dev.millrace.client.ClientEngine;
import dev.millrace.client.Consumer;
import dev.millrace.client.ConsumerSettings;
import dev.millrace.client.Filter;
import dev.millrace.client.Producer;
import dev.millrace.client.ProducerSettings;
import dev.millrace.client.PullConsumer;
import dev.millrace.client.PullConsumerSettings;
import dev.millrace.client.TraceCounts;
import dev.millrace.client.TransactionSettings;
import dev.millrace.client.TransactionalProducer;
import java.util.HashMap;
import java.util.Map;

/** Opens all in one namespace. Thread-safe: immutable. */
public final class NamespacedEngine implements ClientEngine {
    private final ClientEngine engine;
    private final Names names;

    /** @param engine closed with this */
    public NamespacedEngine(ClientEngine engine, String namespace) {
        this.engine = engine;
        this.names = new Names(namespace);
    }

    @Override
    public Producer open(ProducerSettings settings) {
        return new NamespacedProducer(engine.open(settings.withGroup(names.wire(settings.group()))), names);
    }

    @Override
    public Consumer open(ConsumerSettings settings) {
        Map<String, Filter> subscriptions = new HashMap<>();
        settings.subscriptions().forEach((topic, filter) -> subscriptions.put(names.wire(topic), filter));
        Consumer consumer = engine.open(new ConsumerSettings(
                names.wire(settings.group()),
                subscriptions,
                messages -> settings.listener().consume(names.shownMessages(messages)),
                settings.mode(),
                settings.threads(),
                settings.flow(),
                settings.retry(),
                settings.startFrom(),
                settings.localOffsets()));
        return new NamespacedConsumer(consumer, names);
    }

    @Override
    public PullConsumer open(PullConsumerSettings settings) {
        return new NamespacedPullConsumer(
                engine.open(new PullConsumerSettings(
                        names.wire(settings.group()),
                        settings.startFrom(),
                        settings.bufferBytesMax(),
                        settings.autoCommitInterval())),
                names);
    }

    @Override
    public TransactionalProducer open(TransactionSettings settings) {
        return new NamespacedTransactionalProducer(
                engine.open(new TransactionSettings(
                        names.wire(settings.group()),
                        message -> settings.check().check(names.shown(message)),
                        settings.topics().stream().map(names::wire).toList(),
                        settings.sendTimeout())),
                names);
    }

    @Override
    public TraceCounts traceCounts() {
        return engine.traceCounts();
    }

    @Override
    public ClientEngine connected() {
        return engine.connected();
    }

    @Override
    public void close() {
        engine.close();
    }
}
