package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.cluster.Cluster;
import dev.millrace.cli.cluster.FakeCluster;
import dev.millrace.client.admin.GroupSpec;
import dev.millrace.client.admin.TopicSpec;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that talk to a cluster, against one in memory. */
class ClusterCommandsTest {
    private final FakeCluster cluster = new FakeCluster();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String input = "";

    @Test
    void makesListsDescribesAndDeletesATopic() {
        assertThat(run("topic", "create", "orders", "--queues", "2")).isZero();
        assertThat(run("topic", "list")).isZero();
        assertThat(run("topic", "describe", "orders")).isZero();
        assertThat(run("topic", "delete", "orders")).isZero();

        assertThat(out).hasToString("""
                topic orders created, 2 queues on each broker group
                orders
                topic orders: 2 queues on 1 broker groups, 0 messages
                BROKER  QUEUE  FIRST  NEXT  MESSAGES
                g0      0      0      0     0
                g0      1      0      0     0
                topic orders deleted
                """);
        assertThat(cluster.topics()).isEmpty();
    }

    @Test
    void writesTopicsAsJson() {
        run("topic", "create", "orders", "--queues", "1", "-o", "json");
        run("topic", "list", "-o", "json");
        run("topic", "describe", "orders", "-o", "json");

        assertThat(out.toString().lines())
                .hasSize(3)
                .last()
                .isEqualTo(
                        "{\"topic\":\"orders\",\"messages\":0,\"brokers\":[{\"broker\":\"g0\",\"readQueues\":1,\"writeQueues\":1,"
                                + "\"access\":\"read-write\",\"queues\":[{\"queue\":0,\"firstOffset\":0,\"nextOffset\":0}]}]}");
        assertThat(out.toString()).contains("[\"orders\"]\n");
    }

    @Test
    void deliversDeadLettersAgain() {
        cluster.deadLetters = 5;

        assertThat(run("group", "redeliver", "billing", "--count", "3")).isZero();
        assertThat(run("group", "redeliver", "billing", "-o", "json")).isZero();
        assertThat(run("group", "redeliver", "billing", "--count", "0")).isEqualTo(2);

        assertThat(out).hasToString("""
                3 dead letters of billing delivered again, 0 left out, 2 not looked at
                {"group":"billing","moved":2,"skipped":0,"left":0}
                """);
        assertThat(err.toString())
                .contains("2 delivered again, 3 left to look at", "--count 0 is out of range; give 1 or more");
    }

    @Test
    void takesNoQueuesAway() {
        cluster.createTopic(TopicSpec.of("orders", 8));

        assertThat(run("topic", "create", "orders", "--queues", "4")).isEqualTo(1);

        assertThat(err.toString()).contains("has 8 queues", "--queues is 4", "give 8 or more");
    }

    @Test
    void namesATopicThatIsNotThere() {
        assertThat(run("topic", "describe", "none")).isEqualTo(1);
        assertThat(run("topic", "delete", "none")).isEqualTo(1);

        assertThat(err.toString().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("there is no topic 'none'", "millrace topic list"));
    }

    @Test
    void refusesANumberOfQueuesOutOfRange() {
        assertThat(run("topic", "create", "orders", "--queues", "1025")).isEqualTo(2);
        assertThat(err.toString()).contains("--queues 1025", "1 to 1024");
    }

    @Test
    void sendsArgumentsAndReceivesThem() {
        assertThat(run("send", "orders", "one", "two", "--tag", "t")).isZero();
        assertThat(run("receive", "orders", "--group", "g", "--count", "1")).isZero();
        assertThat(run("receive", "orders", "--group", "g")).isZero();

        assertThat(out).hasToString("""
                sent id1 to g0 queue 0 offset 0
                sent id2 to g0 queue 0 offset 1
                one
                two
                """);
    }

    @Test
    void sendsLinesOfStandardInput() {
        input = "grüße\n\nlast";

        assertThat(run("send", "orders", "--key", "k", "-o", "json")).isZero();
        assertThat(run("receive", "orders", "--group", "g", "-o", "json")).isZero();

        assertThat(out.toString().lines())
                .hasSize(6)
                .contains(
                        "{\"id\":\"id1\",\"broker\":\"g0\",\"queue\":0,\"offset\":0}",
                        "{\"id\":\"id1\",\"broker\":\"g0\",\"queue\":0,\"offset\":0,"
                                + "\"storedAt\":\"1970-01-01T00:00:00Z\",\"key\":\"k\",\"body\":\"grüße\"}");
    }

    @Test
    void saysWhenNothingCame() {
        assertThat(run("receive", "orders", "--group", "g", "--timeout", "5ms")).isEqualTo(5);

        assertThat(err.toString()).contains("received 0 messages of 'orders' as 'g'", "none for 5 ms");
    }

    @Test
    void saysWhenThereIsNoSuchGroup() {
        cluster.makesGroups = false;

        assertThat(run("receive", "orders", "--group", "g", "--timeout", "5ms")).isEqualTo(1);
        assertThat(run("group", "create", "g", "--retries", "3")).isZero();
        assertThat(run("receive", "orders", "--group", "g", "--timeout", "5ms")).isEqualTo(5);
        assertThat(run("group", "create", "g", "--retries", "-1")).isEqualTo(2);
        assertThat(run("group", "create", "g", "--retries", "4")).isEqualTo(1);

        assertThat(cluster.groups).containsEntry("g", GroupSpec.of("g").withRetriesMax(3));
        assertThat(out.toString()).isEqualTo("consumer group g created\n");
        assertThat(err.toString())
                .contains("there is no consumer group 'g'", "make it with 'millrace group create g'")
                .contains("consumer group g is there already and was not changed");
    }

    @Test
    void saysWhenTooFewCame() {
        run("send", "orders", "one");

        assertThat(run("receive", "orders", "--group", "g", "--count", "2")).isEqualTo(5);

        assertThat(err.toString()).contains("received 1 of 2 messages");
    }

    @Test
    void refusesATimeWithoutUnit() {
        assertThat(run("receive", "orders", "--group", "g", "--timeout", "5")).isEqualTo(2);

        assertThat(err.toString()).contains("'5' is no time such as 500ms, 10s or 5m");
    }

    @Test
    void needsAGroupToReceive() {
        assertThat(run("receive", "orders")).isEqualTo(2);

        assertThat(err.toString()).contains("--group");
    }

    @Test
    void saysWhenNoClusterRuns(@TempDir Path folder) {
        int exit = execute("topic", "list", "--data", folder.toString());

        assertThat(exit).isEqualTo(3);
        assertThat(err.toString()).contains("nothing runs from " + folder, "--namesrv HOST:PORT");
    }

    private int run(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--namesrv";
        all[arguments.length + 1] = "127.0.0.1:1";
        return execute(all);
    }

    private int execute(String... arguments) {
        Cluster.Connector connector = nameServers -> cluster;
        var line = Commands.commandLine(
                FakeMillrace.machine(task -> {}, connector),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }
}
