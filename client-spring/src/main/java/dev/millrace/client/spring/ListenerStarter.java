package dev.millrace.client.spring;

import dev.millrace.client.BatchListener;
import dev.millrace.client.ClientException;
import dev.millrace.client.Consumer;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.IdempotenceStore;
import dev.millrace.client.idempotent.IdempotentBatchListener;
import dev.millrace.client.idempotent.MessageIdentity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the consumer of a listener method. Thread-safe: immutable. */
final class ListenerStarter {
    private final MillraceClient client;
    private final MillraceProperties properties;
    private final Map<String, IdempotenceStore> stores;
    private final Helpers helpers;

    /**
     * What the application or its libraries may add.
     *
     * @param reader null: there is no JSON library
     */
    record Helpers(
            @Nullable PayloadReader reader,
            List<ConsumerCustomizer> customizers,
            ListenerMeters meters,
            boolean isVirtual) {}

    ListenerStarter(
            MillraceClient client,
            MillraceProperties properties,
            Map<String, IdempotenceStore> stores,
            Helpers helpers) {
        this.client = client;
        this.properties = properties;
        this.stores = stores;
        this.helpers = helpers;
    }

    /** Whether everything is there that this listener needs. */
    void check(ListenerScan.Endpoint endpoint) {
        ListenerSettings settings = endpoint.settings();
        if (endpoint.method().takesObjects() && helpers.reader() == null) {
            throw new SetupException(
                    "listener " + endpoint.method().name() + " takes an object, and there is nothing to read JSON with",
                    "add the dependency spring-boot-starter-jackson, or a PayloadReader bean");
        }
        if (!settings.idempotentBy().isEmpty()) {
            if (!stores.containsKey(settings.idempotentBy())) {
                throw new SetupException(
                        "listener " + endpoint.method().name() + " has idempotentBy=" + settings.idempotentBy()
                                + "; beans of type IdempotenceStore are " + stores.keySet(),
                        "name one of them, or add one");
            }
            idempotence(settings);
        }
    }

    RunningListener start(ListenerScan.Endpoint endpoint) {
        ListenerSettings settings = endpoint.settings();
        PayloadReader reader = helpers.reader() == null ? ListenerStarter::nothing : helpers.reader();
        BatchListener method = messages -> endpoint.method().call(messages, reader, settings.isOrdered());
        IdempotentBatchListener once = once(settings, method);
        Runnable closeOnce = once == null ? () -> {} : once::close;
        try {
            Consumer consumer = consumer(settings, once == null ? method : once);
            helpers.meters().started(settings.group(), consumer);
            return new RunningListener(settings.group(), consumer, () -> {
                helpers.meters().stopped(settings.group());
                closeOnce.run();
            });
        } catch (ClientException e) {
            closeOnce.run();
            throw new SetupException(
                    "listener " + endpoint.method().name() + " of group " + settings.group() + " did not start: "
                            + e.getMessage(),
                    "correct that; the addresses come from millrace.namesrv",
                    e);
        }
    }

    private static Object nothing(Object message, Object type) {
        throw new AssertionError("a listener without a reader was checked to take no objects, got " + type);
    }

    private Consumer consumer(ListenerSettings settings, BatchListener listener) {
        Consumer.Builder builder = client.consumer(settings.group()).startFrom(settings.startFrom());
        settings.topics().forEach(topic -> builder.subscribe(topic, settings.filter()));
        if (helpers.isVirtual()) {
            builder.virtualThreads(settings.threads());
        } else {
            builder.threads(settings.threads());
        }
        if (settings.isOrdered()) {
            builder.ordered();
        }
        builder.attemptsMax(settings.attemptsMax());
        helpers.customizers().forEach(each -> each.customize(settings.group(), builder));
        return builder.listener(settings.batchMax(), helpers.meters().timed(settings.group(), listener))
                .start();
    }

    private @Nullable IdempotentBatchListener once(ListenerSettings settings, BatchListener method) {
        IdempotenceStore store = stores.get(settings.idempotentBy());
        return store == null ? null : IdempotentBatchListener.of(store, idempotence(settings), method);
    }

    private IdempotenceSettings idempotence(ListenerSettings settings) {
        IdempotenceSettings usual = properties.idempotence().settings(settings.group());
        return settings.identity() == MillraceListener.Identity.MESSAGE_KEY
                ? usual.withIdentity(MessageIdentity.messageKey())
                : usual;
    }
}
