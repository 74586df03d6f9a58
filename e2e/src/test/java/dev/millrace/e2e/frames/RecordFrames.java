package dev.millrace.e2e.frames;

import dev.millrace.e2e.client.ClientLoader;
import dev.millrace.e2e.client.Environment;
import dev.millrace.e2e.client.HeaderType;
import dev.millrace.e2e.client.ScenarioRef;
import dev.millrace.e2e.client.Scenarios;
import dev.millrace.e2e.servers.MqAdmin;
import dev.millrace.e2e.servers.ServerKind;
import dev.millrace.e2e.servers.ServerOptions;
import dev.millrace.e2e.servers.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Runs every scenario through a recording proxy, with each published client and header type against Apache's servers,
 * and writes the frames it saw: {@code RecordFrames SCRATCH TARGET}. See the module's README.
 */
public final class RecordFrames {

    private static final List<String> VERSIONS = List.of("4.9.8", "5.3.3", "5.5.0");
    private static final int THREADS = 8;

    private final Path scratch;
    private final FrameCollection frames = new FrameCollection();

    private RecordFrames(Path scratch) {
        this.scratch = scratch;
    }

    public static void main(String[] args) throws Exception {
        RecordFrames recorder = new RecordFrames(Path.of(args[0]));
        for (HeaderType header : HeaderType.values()) {
            recorder.record(header);
        }
        int count = recorder.frames.write(Path.of(args[1]));
        System.out.println(count + " frames written");
    }

    private void record(HeaderType header) throws Exception {
        String folder = header == HeaderType.JSON ? "json" : "binary";
        Path home = Files.createDirectories(scratch.resolve(folder));
        ServerOptions options = ServerOptions.usual()
                .withBinaryHeader(header == HeaderType.ROCKETMQ)
                .withTap(frames);
        frames.describe(VERSIONS.getFirst(), folder);
        try (Servers servers = ServerKind.APACHE.start(home, options)) {
            for (String version : VERSIONS) {
                frames.describe(version, folder);
                runAll(version, header, servers, home);
            }
            frames.describe("mqadmin-5.5.0", folder);
            try (MqAdmin admin = new MqAdmin(home, servers.namesrvAddress(), header.name())) {
                runTools(admin, servers);
            }
        }
    }

    private static void runAll(String version, HeaderType header, Servers servers, Path home) throws IOException {
        try (ClientLoader loader = ClientLoader.open(version, header);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<ScenarioRef> scenarios = Scenarios.sharing();
            for (int index = 0; index < scenarios.size(); index++) {
                ScenarioRef scenario = scenarios.get(index);
                String unique = "F" + version.replace(".", "") + header.name().charAt(0) + index;
                Environment environment = new Environment(ServerKind.APACHE, servers, version, unique, home);
                threads.execute(() -> run(scenario, loader, environment));
            }
        }
    }

    private static void run(ScenarioRef scenario, ClientLoader loader, Environment environment) {
        try {
            scenario.run(loader, environment);
        } catch (Exception | AssertionError e) {
            System.out.println(environment.clientVersion() + " " + scenario + ": " + e);
        }
    }

    private static void runTools(MqAdmin admin, Servers servers) {
        String broker = servers.brokerAddress();
        admin.run("updateTopic", "-c", Servers.CLUSTER_NAME, "-t", "ToolTopic", "-r", "4", "-w", "4");
        admin.run("updateSubGroup", "-c", Servers.CLUSTER_NAME, "-g", "ToolGroup");
        List.of("clusterList", "topicList", "consumerProgress").forEach(admin::run);
        admin.run("producer", "-b", broker);
        admin.run("sendMessage", "-t", "ToolTopic", "-p", "hello", "-k", "key", "-c", "tag");
        admin.run("consumeMessage", "-t", "ToolTopic", "-c", "1", "-g", "ToolGroup");
        admin.run("topicRoute", "-t", "ToolTopic");
        admin.run("topicStatus", "-t", "ToolTopic");
        admin.run("topicClusterList", "-t", "ToolTopic");
        admin.run("brokerStatus", "-b", broker);
        admin.run("getBrokerConfig", "-b", broker);
        admin.run("queryMsgByKey", "-t", "ToolTopic", "-k", "key");
        admin.run("printMsg", "-t", "ToolTopic");
        admin.run("resetOffsetByTime", "-g", "ToolGroup", "-t", "ToolTopic", "-s", "0");
        admin.run("consumerProgress", "-g", "ToolGroup");
        admin.run("statsAll", "-t", "ToolTopic");
        admin.run("brokerConsumeStats", "-b", broker);
        admin.run("updateKvConfig", "-s", "E2E", "-k", "k", "-v", "v");
        admin.run("deleteKvConfig", "-s", "E2E", "-k", "k");
        admin.run("getNamesrvConfig");
        admin.run("updateTopicPerm", "-b", broker, "-t", "ToolTopic", "-p", "4");
        admin.run("wipeWritePerm", "-b", Servers.BROKER_NAME);
        admin.run("addWritePerm", "-b", Servers.BROKER_NAME);
        admin.run("deleteSubGroup", "-c", Servers.CLUSTER_NAME, "-g", "ToolGroup");
        admin.run("deleteTopic", "-c", Servers.CLUSTER_NAME, "-t", "ToolTopic");
        admin.run("cleanExpiredCQ", "-b", broker);
        admin.run("cleanUnusedTopic", "-b", broker);
    }
}
