package dev.millrace.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts what is compared: Apache RocketMQ, Apache Kafka, the echo, and ours; each on 127.0.0.1 with free ports and an
 * empty scratch folder.
 *
 * <p>Owner: the main thread.
 */
public final class Anchors {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final List<String> NATIVE_ACCESS =
            List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    private final Folders folders;
    private final boolean isFlushSync;
    private final List<String> brokerHeap;
    private final Ports ports = new Ports();

    /** @param heap of each broker, as {@code -Xmx} takes it */
    public Anchors(Folders folders, boolean isFlushSync, String heap) {
        this.folders = folders;
        this.isFlushSync = isFlushSync;
        this.brokerHeap = List.of("-Xms" + heap, "-Xmx" + heap);
    }

    /**
     * Apache RocketMQ: a NameServer and a broker; the address is the NameServer's. An answer to a pull may hold as many
     * messages as a client can ask for; by default it holds 32, whatever the client asks for. Sends that wait
     * for 200 ms are not refused: on a busy machine that would end most runs of batches.
     */
    public RunningServer startRocketMq() throws IOException {
        var folder = folders.newScratch("rocketmq");
        Files.createDirectories(folder.resolve("conf"));
        int nameServerPort = ports.free(1);
        int brokerPort = ports.free(4) + 2;
        Files.writeString(folder.resolve("namesrv.conf"), "bindAddress=127.0.0.1\nlistenPort=" + nameServerPort + "\n");
        Files.writeString(folder.resolve("broker.conf"), """
                brokerClusterName=bench
                brokerName=bench-a
                brokerId=0
                brokerIP1=127.0.0.1
                bindAddress=127.0.0.1
                listenPort=%d
                storePathRootDir=%s
                storePathCommitLog=%s
                flushDiskType=%s
                autoCreateTopicEnable=true
                maxTransferCountOnMessageInMemory=1024
                maxTransferBytesOnMessageInMemory=1048576
                maxTransferCountOnMessageInDisk=1024
                maxTransferBytesOnMessageInDisk=1048576
                waitTimeMillsInSendQueue=10000
                osPageCacheBusyTimeOutMills=10000
                """.formatted(
                        brokerPort,
                        folder.resolve("store"),
                        folder.resolve("store/commitlog"),
                        isFlushSync ? "SYNC_FLUSH" : "ASYNC_FLUSH"));
        var classPath = folders.anchorClassPath("rocketmq");
        var home = List.of("-Drocketmq.home.dir=" + folder, "-Duser.home=" + folder);
        var servers = new ArrayList<ServerProcess>();
        var running = new RunningServer("127.0.0.1:" + nameServerPort, servers, folder, brokerPort, false);
        return startAll(running, () -> {
            var nameServerArguments = new ArrayList<>(home);
            nameServerArguments.addAll(List.of(
                    "-Xmx512m",
                    "org.apache.rocketmq.namesrv.NamesrvStartup",
                    "-c",
                    folder.resolve("namesrv.conf").toString()));
            start(servers, "namesrv", folder, classPath, nameServerArguments, nameServerPort);
            var brokerArguments = new ArrayList<>(home);
            brokerArguments.addAll(brokerHeap);
            brokerArguments.addAll(List.of(
                    "-XX:MaxDirectMemorySize=1g",
                    "--add-opens=java.base/java.nio=ALL-UNNAMED",
                    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "org.apache.rocketmq.broker.BrokerStartup",
                    "-n",
                    running.address(),
                    "-c",
                    folder.resolve("broker.conf").toString()));
            start(servers, "broker", folder, classPath, brokerArguments, brokerPort);
        });
    }

    /** Apache Kafka: one node as controller and broker; the address is the bootstrap server's. */
    public RunningServer startKafka() throws IOException {
        var folder = folders.newScratch("kafka");
        int port = ports.free(2);
        var properties = folder.resolve("server.properties");
        Files.writeString(properties, """
                process.roles=broker,controller
                node.id=1
                controller.quorum.bootstrap.servers=127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                share.coordinator.state.topic.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                """.formatted(port, port + 1, folder.resolve("data")));
        var classPath = folders.anchorClassPath("kafka");
        var servers = new ArrayList<ServerProcess>();
        var running = new RunningServer("127.0.0.1:" + port, servers, folder, port, false);
        return startAll(running, () -> {
            formatKafka(folder, classPath, properties);
            var arguments = new ArrayList<>(brokerHeap);
            arguments.addAll(List.of("-XX:MaxGCPauseMillis=20", "kafka.Kafka", properties.toString()));
            start(servers, "kafka", folder, classPath, arguments, port);
        });
    }

    /** The bare echo; {@code isShared}: replies that meet share a buffer and a write. */
    public RunningServer startEcho(boolean isShared) throws IOException {
        var folder = folders.newScratch("echo");
        int port = ports.free(1);
        var servers = new ArrayList<ServerProcess>();
        var running = new RunningServer("127.0.0.1:" + port, servers, folder, port, false);
        var arguments = new ArrayList<>(NATIVE_ACCESS);
        arguments.addAll(List.of(
                "-Xmx512m", "dev.millrace.bench.echo.EchoServer", String.valueOf(port), String.valueOf(isShared)));
        return startAll(running, () -> start(servers, "echo", folder, folders.classPath(), arguments, port));
    }

    /** Our NameServer and broker; the address is the NameServer's. */
    public RunningServer startMillrace() throws IOException {
        var folder = folders.newScratch("millrace");
        // the NameServer also takes the port above
        int nameServerPort = ports.free(2);
        // the broker also takes the ports 2 below, 1 above and 2 above
        int brokerPort = ports.free(5) + 2;
        var nameServer = folder.resolve("namesrv.properties");
        Files.writeString(nameServer, """
                namesrv.host=127.0.0.1
                namesrv.port=%d
                """.formatted(nameServerPort));
        var broker = folder.resolve("broker.properties");
        Files.writeString(broker, """
                broker.port=%d
                broker.namesrv=127.0.0.1:%d
                store.path=%s
                store.flush.mode=%s
                store.disk.reserve=64MiB
                """.formatted(
                        brokerPort, nameServerPort, folder.resolve("store"), isFlushSync ? "SYNC" : "ASYNC"));
        var servers = new ArrayList<ServerProcess>();
        var running = new RunningServer("127.0.0.1:" + nameServerPort, servers, folder, brokerPort + 2, true);
        return startAll(running, () -> {
            var nameServerArguments = new ArrayList<>(NATIVE_ACCESS);
            nameServerArguments.addAll(
                    List.of("-Xmx128m", "dev.millrace.namesrv.NamesrvMain", "--config", nameServer.toString()));
            start(
                    servers,
                    "namesrv",
                    folder,
                    folders.ownClassPath("namesrv-image"),
                    nameServerArguments,
                    nameServerPort);
            var brokerArguments = new ArrayList<>(NATIVE_ACCESS);
            brokerArguments.addAll(brokerHeap);
            brokerArguments.addAll(List.of("dev.millrace.broker.BrokerMain", "--config", broker.toString()));
            start(servers, "broker", folder, folders.ownClassPath("broker-image"), brokerArguments, brokerPort);
            Ports.awaitReady(brokerPort + 2, running.broker(), START_TIMEOUT);
        });
    }

    private static void formatKafka(Path folder, String classPath, Path properties) throws IOException {
        var arguments = List.of(
                "kafka.tools.StorageTool",
                "format",
                "--standalone",
                "-t",
                "MkU3OEVBNTcwNTJENDM2Qg",
                "-c",
                properties.toString());
        try (var format = ServerProcess.start("format", folder, classPath, arguments)) {
            if (!format.awaitEnd(START_TIMEOUT.toSeconds())) {
                throw new IllegalStateException("kafka's storage was not formatted:\n" + format.logTail());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while kafka's storage was formatted", e);
        }
    }

    private static void start(
            List<ServerProcess> servers, String name, Path folder, String classPath, List<String> arguments, int port)
            throws IOException {
        var server = ServerProcess.start(name, folder, classPath, arguments);
        servers.add(server);
        Ports.awaitListening(port, server, START_TIMEOUT);
    }

    // A start that fails half-way leaves nothing running.
    private static RunningServer startAll(RunningServer running, Start start) throws IOException {
        try {
            start.run();
            return running;
        } catch (IOException | RuntimeException e) {
            running.close();
            throw e;
        }
    }

    private interface Start {
        void run() throws IOException;
    }
}
