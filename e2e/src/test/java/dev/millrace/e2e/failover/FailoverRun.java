package dev.millrace.e2e.failover;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.MillraceClient;
import dev.millrace.client.admin.Admin;
import dev.millrace.client.admin.TopicSpec;
import dev.millrace.e2e.servers.BrokerGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Takes masters away under load, one after the other, and compares what was acknowledged with what is stored at the end.
 *
 * @param losses one after the other, again and again
 * @param rounds how many masters are lost in all
 * @param mayLose whether acknowledged messages may be lost that no other copy had ({@code acks: Async})
 */
public record FailoverRun(List<Loss> losses, int rounds, boolean mayLose) {
    private static final int QUEUES = 8;
    private static final int SENDERS = 4;
    private static final Duration WAIT_MAX = Duration.ofMinutes(1);
    private static final String TOPIC = "failover";

    /** @param report gets the times without an acknowledgement */
    public void run(BrokerGroup group, Path report) throws IOException {
        try (MillraceClient client =
                MillraceClient.builder().namesrv(group.namesrvAddress()).build()) {
            Admin.of(client).createTopic(TopicSpec.of(TOPIC, QUEUES));
            Awaitility.await()
                    .atMost(WAIT_MAX)
                    .until(() -> Admin.of(client).describeTopic(TOPIC).isPresent());
            Gaps gaps = new Gaps();
            try (SendLoad load = SendLoad.start(client, TOPIC, SENDERS, gaps)) {
                for (int round = 0; round < rounds; round++) {
                    lose(losses.get(round % losses.size()), group, load, gaps);
                }
                load.stop();
                group.awaitWhole();
                Files.writeString(
                        report, gaps.text() + load.acknowledged() + " acknowledged\n" + compare(client, load));
            } catch (AssertionError | RuntimeException e) {
                e.addSuppressed(new AssertionError(gaps.text() + group.lastOutput()));
                throw e;
            }
        }
    }

    private String compare(MillraceClient client, SendLoad load) {
        List<String> stored = StoredMessages.read(client, TOPIC);
        if (mayLose) {
            return load.assertOnlyLastAreLost(stored, rounds) + " lost\n";
        }
        load.assertAllAre(stored);
        if (losses.equals(List.of(Loss.SWITCHED))) {
            assertThat(load.failures()).as("sends that failed").isEmpty();
        }
        return "0 lost\n";
    }

    private static void lose(Loss loss, BrokerGroup group, SendLoad load, Gaps gaps) {
        int master = group.awaitWhole();
        load.awaitMore();
        gaps.begin();
        loss.begin(group, master);
        load.awaitMore();
        gaps.end(loss);
        loss.end(group, master);
        assertThat(group.awaitMaster()).as("master after %s", loss).isNotEqualTo(master);
    }

    /** Where a report of this run goes. */
    public Path report() throws IOException {
        Path folder = Files.createDirectories(Path.of("target", "reports"));
        String name = losses.stream()
                .map(loss -> loss.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining("-"));
        return folder.resolve("failover-" + name + (mayLose ? "-async" : "") + ".txt")
                .toAbsolutePath();
    }
}
