package dev.millrace.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.ConsumeResult;
import dev.millrace.client.Consumer;
import dev.millrace.client.Filter;
import dev.millrace.client.MillraceClient;
import dev.millrace.client.ReceivedMessage;
import dev.millrace.client.StartFrom;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.members.ClientKind;
import dev.millrace.e2e.members.Link;
import dev.millrace.e2e.members.Members;
import dev.millrace.e2e.scenario.TransactionRestartScenarios;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.ServerProcess;
import dev.millrace.e2e.servers.Servers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Transactions over ends and kills of the broker and of producers; each test has servers of its own. */
final class TransactionRestartIT {

    private static final String VERSION = "5.5.0";
    private static final String TOPIC = "tx";
    private static final int COUNT = 1_000;
    private static final int APACHE_COUNT = 400;
    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    /** @param client whose client the producers use */
    record Pair(ServerKind servers, ClientKind client) {}

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    /** Apache's broker with its own client shows that the test is right. */
    static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        for (ServerKind kind : ServerKind.chosen()) {
            pairs.add(new Pair(kind, ClientKind.ROCKETMQ));
            if (kind == ServerKind.MILLRACE) {
                pairs.add(new Pair(kind, ClientKind.MILLRACE));
            }
        }
        return pairs;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    @Execution(ExecutionMode.CONCURRENT)
    void halvesThatOutliveTheBrokerAreSettled(ServerKind kind, @TempDir Path scratch) throws Exception {
        ServerOptions options = ServerOptions.usual();
        if (kind == ServerKind.MILLRACE) {
            // Apache's broker counts questions though nobody is there, and its client comes back after half a minute.
            options = options.withShortTransactions();
        }
        try (Servers servers = kind.start(scratch, options);
                ClientLoader loader = ClientLoader.open(VERSION, HeaderType.JSON)) {
            new ScenarioRef(TransactionRestartScenarios.class.getName(), "settlesHalvesThatOutliveTheBroker")
                    .run(loader, new Environment(kind, servers, VERSION, "alone", scratch));
        }
    }

    /** Two producer processes and the broker are killed in turns. */
    @ParameterizedTest
    @MethodSource("pairs")
    @Execution(ExecutionMode.CONCURRENT)
    void consumersSeeExactlyWhatIsCommitted(Pair pair, @TempDir Path scratch) {
        Transactions database = new Transactions(pair.servers == ServerKind.APACHE ? APACHE_COUNT : COUNT);
        Map<String, Set<String>> placesOf = new ConcurrentHashMap<>();
        try (Servers servers = pair.servers.start(scratch, ServerOptions.usual().withShortTransactions());
                Link link = Link.open(database);
                MillraceClient client = MillraceClient.builder()
                        .namesrv(servers.namesrvAddress())
                        .build()) {
            Admin.of(client).createTopic(TopicSpec.of(TOPIC, 4));
            until(() -> Admin.of(client).describeTopic(TOPIC).isPresent());
            Members members = new Members(pair.client, link, servers.namesrvAddress(), TOPIC, "tx-group", scratch);
            Consumer consumer = client.consumer("tx-readers")
                    .subscribe(TOPIC, Filter.ALL)
                    .startFrom(StartFrom.FIRST)
                    .listener(message -> note(message, placesOf))
                    .start();
            try (consumer;
                    Producers producers = new Producers(members)) {
                killInTurns(servers, producers, database, link);
                until(() -> link.locked(database::isQuiet));
                untilAsserted(() -> assertThat(link.locked(() -> database.missing(placesOf.keySet())))
                        .as(servers::lastOutput)
                        .isEmpty());
            }

            System.out.println("transactions, " + pair + ": " + database);
            assertThat(placesOf.keySet()).containsExactlyInAnyOrderElementsOf(database.committed());
            if (pair.servers == ServerKind.MILLRACE && pair.client == ClientKind.ROCKETMQ) {
                // Apache's broker may store a message twice when it ends before its mark is written, and our client
                // may store a half twice when it does not hear of the first.
                assertThat(placesOf.values()).allMatch(places -> places.size() == 1);
            }
        }
    }

    private static ConsumeResult note(ReceivedMessage message, Map<String, Set<String>> placesOf) {
        placesOf.computeIfAbsent(new String(message.body(), UTF_8), body -> ConcurrentHashMap.newKeySet())
                .add(message.queue() + "@" + message.queueOffset());
        return ConsumeResult.SUCCESS;
    }

    private static void killInTurns(Servers servers, Producers producers, Transactions database, Link link) {
        for (int turn = 1; turn <= 4; turn++) {
            double share = turn / 5.0;
            until(() -> link.locked(database::givenShare) >= share);
            if (turn % 2 == 0) {
                servers.killBroker();
                servers.restartBroker();
            } else {
                producers.killAndReplace();
            }
        }
        until(() -> link.locked(database::givenShare) >= 1);
    }

    private static void untilAsserted(ThrowingRunnable assertion) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(200)).untilAsserted(assertion);
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(WAIT_MAX).pollInterval(Duration.ofMillis(50)).until(condition::getAsBoolean);
    }

    /** Two processes, one of which is killed and replaced now and then. Owner: the test's thread. */
    private static final class Producers implements AutoCloseable {
        private final List<ServerProcess> processes = new ArrayList<>();
        private final Members members;
        private int startCount;

        Producers(Members members) {
            this.members = members;
            start();
            start();
        }

        private void start() {
            startCount++;
            processes.add(members.startTransactions("producer-" + startCount));
        }

        void killAndReplace() {
            processes.removeFirst().kill();
            start();
        }

        @Override
        public void close() {
            processes.forEach(ServerProcess::kill);
        }
    }
}
