package dev.millrace.broker.registration;

import dev.millrace.protocol.ResponseCode;
import dev.millrace.protocol.body.RegisterBrokerBody;
import dev.millrace.protocol.codec.BodyJson;
import dev.millrace.protocol.command.NamesrvRequest;
import dev.millrace.protocol.route.DataVersion;
import dev.millrace.protocol.route.TopicConfigTable;
import dev.millrace.protocol.transport.RemotingClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers this broker with every NameServer: at start, on every change, each 30 s, and each second with one that did
 * not answer or whose connection broke.
 *
 * <p>Thread-safe; {@link #registerDue} is called by the registration thread.
 */
public final class Registrar {
    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    /** What a change waits for NameServers; a send that creates a topic waits for this. */
    private static final Duration WAIT_FOR_ALL = Duration.ofMillis(200);

    private static final Duration WAIT_FOR_ONE = Duration.ofMillis(800);
    private static final long PERIOD_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long RETRY_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<String> namesrv;
    private final Identity identity;
    private final Supplier<TopicConfigTable> topics;
    private final RemotingClient client;
    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<String, State> states = new ConcurrentHashMap<>();

    /**
     * Who registers; addresses are {@code host:port}.
     *
     * @param epoch of its mastership, 0 for a broker that stands alone: NameServers keep the master of the highest
     * @param brokerId 0 for a master
     */
    public record Identity(
            String cluster,
            String brokerName,
            String brokerAddress,
            String replicationAddress,
            long epoch,
            long brokerId) {}

    private record State(boolean isRegistered, boolean isWarned, long nextNanos) {}

    /** @param topics all topics as they are now; any thread */
    public Registrar(
            List<String> namesrv,
            Identity identity,
            Supplier<TopicConfigTable> topics,
            RemotingClient client,
            LongSupplier nanoTime) {
        this.namesrv = List.copyOf(namesrv);
        this.identity = identity;
        this.topics = topics;
        this.client = client;
        this.nanoTime = nanoTime;
    }

    /**
     * Registers everywhere now. Waits a moment for all that are not known to be silent, then a little longer until one
     * took the registration: clients ask again when they meet another one. Not for event loops.
     */
    public void registerNow() {
        CompletableFuture<Boolean> first = new CompletableFuture<>();
        List<CompletableFuture<Boolean>> expected = new ArrayList<>();
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (String address : namesrv) {
            State before = states.get(address);
            CompletableFuture<Boolean> answer = register(address);
            all.add(answer);
            if (before == null || !before.isWarned) {
                expected.add(answer);
            }
            answer.thenAccept(isTaken -> {
                if (isTaken) {
                    first.complete(true);
                }
            });
        }
        CompletableFuture<Void> none = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
        await(CompletableFuture.allOf(expected.toArray(CompletableFuture[]::new)), WAIT_FOR_ALL);
        await(CompletableFuture.anyOf(first, none), WAIT_FOR_ONE);
    }

    private static <T> void await(CompletableFuture<T> stage, Duration atMost) {
        stage.copy()
                .completeOnTimeout(null, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Registers where it is due; gives how many that were. */
    public int registerDue() {
        long now = nanoTime.getAsLong();
        int due = 0;
        for (String address : namesrv) {
            State state = states.get(address);
            boolean isLost = state != null && state.isRegistered && !isConnected(address);
            if (state == null || isLost || now - state.nextNanos >= 0) {
                states.put(
                        address,
                        new State(false, state != null && state.isWarned, now + TIMEOUT.toNanos() + RETRY_NANOS));
                register(address);
                due++;
            }
        }
        return due;
    }

    private boolean isConnected(String address) {
        var connection = client.connection(address);
        return connection.isDone()
                && !connection.isCompletedExceptionally()
                && connection.join().isOpen();
    }

    /** Completes with whether the NameServer took it; never fails. */
    private CompletableFuture<Boolean> register(String address) {
        byte[] body = BodyJson.write(new RegisterBrokerBody(List.of(), topicsOfEpoch()));
        CRC32 crc = new CRC32();
        crc.update(body);
        NamesrvRequest request = new NamesrvRequest.RegisterBroker(
                identity.brokerName,
                identity.brokerAddress,
                identity.cluster,
                identity.replicationAddress,
                identity.brokerId,
                null,
                null,
                false,
                (int) crc.getValue() & 0x7FFFFFFF,
                ByteBuffer.wrap(body));
        return client.call(
                        address,
                        request,
                        TIMEOUT,
                        (fields, reply) -> fields.code() == ResponseCode.SUCCESS.number()
                                ? ""
                                : fields.code() + " " + fields.remark())
                .handle((refusal, fault) -> {
                    String error = fault == null ? refusal : String.valueOf(fault.getMessage());
                    note(address, error);
                    return error.isEmpty();
                });
    }

    /** The epoch is the first part of the version: a table of a later master is the newer one, however often others changed. */
    private TopicConfigTable topicsOfEpoch() {
        TopicConfigTable table = topics.get();
        DataVersion version = table.version();
        return new TopicConfigTable(
                new DataVersion(version.counter(), identity.epoch, version.timestamp()), table.topicConfigTable());
    }

    private void note(String address, String error) {
        long now = nanoTime.getAsLong();
        State before = states.get(address);
        if (error.isEmpty()) {
            states.put(address, new State(true, false, now + PERIOD_NANOS));
            if (before == null || !before.isRegistered) {
                LOG.atDebug().addKeyValue("client", address).log("registered with NameServer");
            }
            return;
        }
        states.put(address, new State(false, true, now + RETRY_NANOS));
        if (before == null || !before.isWarned) {
            LOG.atWarn()
                    .addKeyValue("client", address)
                    .addKeyValue("error", error)
                    .log("can't register with NameServer, trying again each second");
        }
    }

    /** Takes this broker out of the routes; waits a second at most. */
    public void unregister() {
        NamesrvRequest request = new NamesrvRequest.UnregisterBroker(
                identity.brokerName, identity.brokerAddress, identity.cluster, identity.brokerId);
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        namesrv.forEach(address -> {
            if (isConnected(address)) {
                all.add(client.call(address, request, TIMEOUT, (fields, body) -> fields.code()));
            }
        });
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .exceptionally(fault -> null)
                .completeOnTimeout(null, 1, TimeUnit.SECONDS)
                .join();
    }
}
