package dev.millrace.client.spring;

import dev.millrace.client.idempotent.IdempotenceException;
import dev.millrace.client.idempotent.IdempotenceSettings;
import dev.millrace.client.idempotent.WhenStoreFails;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The settings of an application. Checked when a bean needs them, so that a message names the property.
 *
 * @param namesrv NameServers as host:port, separated by ; (required).
 * @param namespace Keeps topics and groups apart from those of other namespaces; none by default.
 * @param traced Whether to write what producers and consumers do to the trace topic.
 * @param ioThreads Threads that read and write connections.
 * @param requestTimeout Time for requests other than sends and pulls.
 * @param producer The Producer bean.
 * @param transaction The TransactionalProducer bean.
 * @param listener Methods with MillraceListener.
 * @param idempotence Listeners with idempotentBy.
 */
@ConfigurationProperties("millrace")
record MillraceProperties(
        @Nullable String namesrv,
        @Nullable String namespace,
        @DefaultValue("false") boolean traced,
        @DefaultValue("1") int ioThreads,
        @DefaultValue("3s") Duration requestTimeout,
        @DefaultValue ProducerProperties producer,
        @DefaultValue TransactionProperties transaction,
        @DefaultValue ListenerProperties listener,
        @DefaultValue IdempotenceProperties idempotence) {
    private static final Pattern ADDRESSES =
            Pattern.compile("\\s*[^\\s:;,/]+:\\d{1,5}\\s*([;,]\\s*[^\\s:;,/]+:\\d{1,5}\\s*)*[;,]?\\s*");
    private static final long BUFFER_BYTES_MIN = 1024 * 1024;

    /**
     * The Producer bean.
     *
     * @param group Name under which brokers see the producer.
     * @param sendTimeout Time for one message over all its attempts.
     * @param batching Whether many messages travel in one request: more throughput for senders that don't wait.
     * @param bufferSize Bytes of messages that may wait for their answer.
     */
    record ProducerProperties(
            @DefaultValue("millrace-producer") String group,
            @DefaultValue("3s") Duration sendTimeout,
            @DefaultValue("false") boolean batching,
            @DefaultValue("64MB") DataSize bufferSize) {}

    /**
     * The TransactionalProducer bean, which is there if there is an OutcomeCheck bean.
     *
     * @param group Group whose members answer for each other's transactions (required).
     * @param topics Topics whose brokers may ask from the start.
     * @param sendTimeout Time to store one message over all its attempts.
     */
    record TransactionProperties(
            @Nullable String group,
            @DefaultValue List<String> topics,
            @DefaultValue("3s") Duration sendTimeout) {}

    /**
     * Methods with MillraceListener.
     *
     * @param autoStartup Whether they get messages as soon as the application is ready.
     * @param threads Calls of one method at one time.
     */
    record ListenerProperties(
            @DefaultValue("true") boolean autoStartup,
            @DefaultValue("20") int threads) {}

    /**
     * Listeners with idempotentBy.
     *
     * @param lease How long a claim counts without renewal; after that another consumer takes over.
     * @param retention How long a done message is remembered.
     * @param waitMax How long a listener waits for another's lease, or for a store that fails.
     * @param whenStoreFails What happens to a message when the store still fails after that.
     */
    record IdempotenceProperties(
            @DefaultValue("30s") Duration lease,
            @DefaultValue("1d") Duration retention,
            @DefaultValue("5s") Duration waitMax,
            @DefaultValue("fail") WhenStoreFails whenStoreFails) {

        IdempotenceSettings settings(String group) {
            try {
                return IdempotenceSettings.of(group)
                        .withRetention(retention)
                        .withLease(lease)
                        .withWaitMax(waitMax)
                        .whenStoreFails(whenStoreFails);
            } catch (IdempotenceException e) {
                throw new SetupException(
                        "idempotence of group " + group + " is not possible: " + e.getMessage(),
                        "look at millrace.idempotence.lease, .retention and .wait-max, and at the name of the group",
                        e);
            }
        }
    }

    /** The addresses, if they look like addresses. */
    String checkedNamesrv() {
        String remedy = "write millrace.namesrv=host:port, several separated by ;";
        if (namesrv == null || namesrv.isBlank()) {
            throw new SetupException("millrace.namesrv is not set, so nothing can be sent or received", remedy);
        }
        if (!ADDRESSES.matcher(namesrv).matches()) {
            throw new SetupException("millrace.namesrv is '" + namesrv + "', which is no list of addresses", remedy);
        }
        return namesrv;
    }

    int checkedIoThreads() {
        return atLeastOne("millrace.io-threads", ioThreads);
    }

    Duration checkedRequestTimeout() {
        return positive("millrace.request-timeout", requestTimeout);
    }

    Duration checkedSendTimeout() {
        return positive("millrace.producer.send-timeout", producer.sendTimeout());
    }

    long checkedBufferBytes() {
        long bytes = producer.bufferSize().toBytes();
        if (bytes < BUFFER_BYTES_MIN) {
            throw new SetupException("millrace.producer.buffer-size is " + bytes + " bytes", "give 1MB or more");
        }
        return bytes;
    }

    String checkedTransactionGroup() {
        String group = transaction.group();
        if (group == null || group.isBlank()) {
            throw new SetupException(
                    "there is an OutcomeCheck bean, but millrace.transaction.group is not set",
                    "name the group of this application's transactions, the same on all its instances");
        }
        return LegalName.group("millrace.transaction.group", group);
    }

    String checkedProducerGroup() {
        return LegalName.group("millrace.producer.group", producer.group());
    }

    Duration checkedTransactionTimeout() {
        return positive("millrace.transaction.send-timeout", transaction.sendTimeout());
    }

    int checkedListenerThreads() {
        return atLeastOne("millrace.listener.threads", listener.threads());
    }

    private static int atLeastOne(String property, int value) {
        if (value < 1) {
            throw new SetupException(property + " is " + value, "give 1 or more");
        }
        return value;
    }

    private static Duration positive(String property, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new SetupException(property + " is " + value, "give more than 0, such as 3s");
        }
        return value;
    }
}
