package dev.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.scenario.ConsumerToolScenarios;
import dev.millrace.e2e.scenario.ToolScenarios;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The published {@code mqadmin} 5.5.0: what it prints about a topic with ten messages, six of them consumed. */
@ParameterizedClass
@MethodSource("kinds")
@SuppressWarnings("NullAway.Init") // JUnit sets the fields.
final class ToolsIT {

    private static final RunningServers SERVERS = new RunningServers();
    private static final String TOPIC = "tools-topic";
    private static final String GROUP = "tools-group";
    private static final int END_SECONDS_MAX = 30;
    private static MqAdmin admin;

    @TempDir
    static Path scratch;

    @Parameter
    ServerKind kind;

    static List<ServerKind> kinds() {
        return ServerKind.chosen();
    }

    @BeforeParameterizedClassInvocation
    static void fill(ServerKind kind) throws Exception {
        SERVERS.ensure(kind, scratch);
        admin = new MqAdmin(scratch, SERVERS.get().namesrvAddress(), HeaderType.JSON.name());
        admin.run("updateTopic", "-b", SERVERS.get().brokerAddress(), "-t", TOPIC, "-r", "3", "-w", "3");
        admin.run("updateSubGroup", "-b", SERVERS.get().brokerAddress(), "-g", GROUP);
        try (ClientLoader loader = ClientLoader.open("5.5.0", HeaderType.JSON)) {
            new ScenarioRef(ToolScenarios.class.getName(), "sendsTenAndConsumesSix")
                    .run(loader, new Environment(kind, SERVERS.get(), "5.5.0", "topic", scratch));
        }
    }

    @AfterParameterizedClassInvocation
    static void closeAdmin() {
        admin.close();
    }

    @AfterAll
    static void close() {
        SERVERS.close();
    }

    @Test
    void listsTheCluster() {
        String output = admin.run("clusterList");

        assertThat(lineWith(output, Servers.BROKER_NAME))
                .contains(Servers.CLUSTER_NAME)
                .contains(SERVERS.get().brokerAddress())
                .contains(" 0 ");
    }

    @Test
    void showsTheBrokersRuntime() {
        String output = admin.run("brokerStatus", "-b", SERVERS.get().brokerAddress());

        assertThat(output.lines().map(line -> line.split(":", 2)[0].strip()))
                .contains("bootTimestamp", "brokerVersionDesc", "putTps", "getTransferredTps", "msgPutTotalTodayNow")
                .contains("commitLogMaxOffset", "commitLogMinOffset", "commitLogDiskRatio", "earliestMessageTimeStamp")
                .contains("dispatchBehindBytes", "runtime", "sendThreadPoolQueueSize", "pullThreadPoolQueueSize");
        assertThat(Long.parseLong(valueOf(output, "commitLogMaxOffset"))).isPositive();
        assertThat(Long.parseLong(valueOf(output, "msgPutTotalTodayNow"))).isGreaterThanOrEqualTo(10);
    }

    @Test
    void listsTheTopics() {
        assertThat(admin.run("topicList").lines().map(String::strip)).contains(TOPIC, "TBW102", "%RETRY%" + GROUP);
    }

    @Test
    void showsTheRouteOfATopic() {
        String output = admin.run("topicRoute", "-t", TOPIC).replaceAll("\\s", "");

        assertThat(output)
                .contains("\"brokerAddrs\":{0:\"" + SERVERS.get().brokerAddress() + "\"")
                .contains("\"brokerName\":\"" + Servers.BROKER_NAME + "\"")
                .contains("\"cluster\":\"" + Servers.CLUSTER_NAME + "\"")
                .contains("\"readQueueNums\":3")
                .contains("\"writeQueueNums\":3")
                .contains("\"perm\":6");
    }

    @Test
    void showsTheQueuesOfATopic() {
        List<List<String>> rows = rowsOf(admin.run("topicStatus", "-t", TOPIC), Servers.BROKER_NAME);

        assertThat(rows.stream().map(row -> row.subList(1, 4)))
                .containsExactlyInAnyOrder(List.of("0", "0", "10"), List.of("1", "0", "0"), List.of("2", "0", "0"));
    }

    @Test
    void showsTheProgressOfAGroup() {
        String output = admin.run("consumerProgress", "-g", GROUP);

        List<String> row = rowsOf(output, TOPIC).stream()
                .filter(each -> each.get(2).equals("0"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
        assertThat(row.subList(1, 5)).containsExactly(Servers.BROKER_NAME, "0", "10", "6");
        assertThat(output).contains("Consume Diff Total: 4");
    }

    @Test
    void changesATopic() {
        String created = admin.run("updateTopic", "-c", Servers.CLUSTER_NAME, "-t", "tools-made", "-r", "2", "-w", "5");

        assertThat(created).contains("create topic to " + SERVERS.get().brokerAddress() + " success");
        assertThat(admin.run("topicRoute", "-t", "tools-made").replaceAll("\\s", ""))
                .contains("\"readQueueNums\":2")
                .contains("\"writeQueueNums\":5");
    }

    @Test
    void showsAndMovesARunningConsumer() throws Exception {
        runWithClients("showsAndMovesARunningConsumer");
    }

    @Test
    void countsWhatTopicsAndGroupsGot() throws Exception {
        runWithClients("countsWhatTopicsAndGroupsGot");
    }

    @Test
    void clonesTheOffsetsOfAGroup() throws Exception {
        runWithClients("clonesTheOffsetsOfAGroup");
    }

    private void runWithClients(String scenario) throws Exception {
        try (ClientLoader loader = ClientLoader.open("5.5.0", HeaderType.JSON)) {
            new ScenarioRef(ConsumerToolScenarios.class.getName(), scenario)
                    .run(loader, new Environment(kind, SERVERS.get(), "5.5.0", scenario.substring(0, 6), scratch));
        }
    }

    @Test
    void showsTheEntriesOfAQueue() {
        String output = admin.run(
                "queryCq",
                "-t",
                TOPIC,
                "-q",
                "0",
                "-i",
                "0",
                "-c",
                "3",
                "-b",
                SERVERS.get().brokerAddress());

        assertThat(output).contains("max: 10, min: 0").containsPattern("physicSize=\\d\\d\\d, tagsCode=84,");
    }

    @Test
    void definesTopicsAndGroupsInOneGo() throws IOException {
        String broker = SERVERS.get().brokerAddress();
        Path topics = Files.writeString(
                scratch.resolve("topics.json"),
                "[{\"topicName\":\"tools-list\",\"readQueueNums\":2,\"writeQueueNums\":2,\"perm\":6}]");
        Path groups = Files.writeString(
                scratch.resolve("groups.json"), "[{\"groupName\":\"tools-list-group\",\"retryMaxTimes\":3}]");

        assertThat(admin.run("updateTopicList", "-b", broker, "-f", topics.toString()))
                .contains("submit batch of topic config to " + broker + " success");
        assertThat(admin.run("updateSubGroupList", "-b", broker, "-f", groups.toString()))
                .contains("submit batch of group config to " + broker + " success");

        assertThat(admin.run("topicRoute", "-t", "tools-list").replaceAll("\\s", ""))
                .contains("\"readQueueNums\":2");
        assertThat(admin.run("getConsumerConfig", "-g", "tools-list-group")).containsPattern("retryMaxTimes += +3");
    }

    @Test
    void keepsTheRetryPolicyOfAGroup() {
        String policy = "{\"type\":\"EXPONENTIAL\","
                + "\"exponentialRetryPolicy\":{\"initial\":2000,\"max\":10000,\"multiplier\":2}}";
        String broker = SERVERS.get().brokerAddress();

        String made = admin.run("updateSubGroup", "-b", broker, "-g", "tools-policy", "-p", policy, "-q", "2");

        assertThat(made).contains("create subscription group to " + broker + " success");
        assertThat(admin.run("getConsumerConfig", "-g", "tools-policy"))
                .contains("ExponentialRetryPolicy{initial=2000, max=10000, multiplier=2}")
                .containsPattern("retryQueueNums += +2");
        assertThat(admin.run("deleteSubGroup", "-b", broker, "-g", "tools-policy", "-r", "true"))
                .contains("delete subscription group [tools-policy] from broker [" + broker + "] success");
        assertThat(admin.run("getConsumerConfig", "-g", "tools-policy")).doesNotContain("retryQueueNums");
    }

    @Test
    void showsThatTheLogHasNoCopies() {
        assertThat(admin.run("haStatus", "-b", SERVERS.get().brokerAddress()))
                .contains("#MasterAddr\t" + SERVERS.get().brokerAddress(), "#SlaveNum\t0");
    }

    @Test
    void cleansUp() {
        String broker = SERVERS.get().brokerAddress();

        assertThat(admin.run("cleanExpiredCQ", "-b", broker)).contains("success");
        assertThat(admin.run("cleanUnusedTopic", "-b", broker)).contains("success");
        assertThat(admin.run("deleteExpiredCommitLog", "-b", broker)).contains("success");
    }

    /** A process that died between two commands fails the next one, and no other. */
    @Test
    void startsAgainAfterTheToolDied() throws Exception {
        Set<ProcessHandle> others = ProcessHandle.current().children().collect(Collectors.toSet());
        Path own = Files.createDirectories(scratch.resolve("died-" + kind));
        try (MqAdmin tool = new MqAdmin(own, SERVERS.get().namesrvAddress(), HeaderType.JSON.name())) {
            tool.run("clusterList");
            ProcessHandle process = ProcessHandle.current()
                    .children()
                    .filter(each -> !others.contains(each))
                    .findFirst()
                    .orElseThrow();
            process.destroyForcibly();
            process.onExit().get(END_SECONDS_MAX, TimeUnit.SECONDS);

            assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> tool.run("clusterList"));
            assertThat(tool.run("clusterList")).contains(Servers.BROKER_NAME);
        }
    }

    private static String lineWith(String output, String text) {
        return output.lines()
                .filter(line -> line.contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
    }

    private static String valueOf(String output, String key) {
        String line = output.lines()
                .filter(each -> each.strip().startsWith(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " is missing in:\n" + output));
        return line.substring(line.indexOf(':') + 1).strip();
    }

    /** The words of each line that starts with {@code first}. */
    private static List<List<String>> rowsOf(String output, String first) {
        return output.lines()
                .filter(line -> line.startsWith(first))
                .map(line -> Stream.of(line.strip().split("\\s+", -1)).toList())
                .toList();
    }
}
