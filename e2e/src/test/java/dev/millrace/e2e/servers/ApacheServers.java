package dev.millrace.e2e.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Apache RocketMQ 5.5.0, the reference. Owner: the test that opened it. */
final class ApacheServers extends ProcessServers {

    private static final String SMALL_FILES = """
            mappedFileSizeCommitLog=67108864
            maxIndexNum=200000
            maxHashSlotNum=50000
            """;

    private static final String TRANSACTIONS = """
            transactionCheckInterval=5000
            transactionTimeOut=3000
            transactionCheckMax=10
            """;

    private static final String SHORT_TRANSACTIONS = """
            transactionCheckInterval=1000
            transactionTimeOut=1000
            transactionCheckMax=10
            """;

    private ApacheServers(Path scratch, ServerOptions options) {
        super(scratch, options);
    }

    static Servers start(Path scratch, ServerOptions options) {
        ApacheServers servers = new ApacheServers(scratch, options);
        servers.startAll();
        return servers;
    }

    @Override
    public int killRounds() {
        return 2;
    }

    @Override
    List<String> namesrvCommand(int index) {
        String config = file("namesrv-" + index + ".conf", """
                listenPort=%d
                bindAddress=%s
                """.formatted(namesrvPorts.get(index), listenHost()));
        List<String> command = javaOptions("-Xmx128m");
        command.addAll(List.of("org.apache.rocketmq.namesrv.NamesrvStartup", "-c", config));
        return command;
    }

    @Override
    List<String> brokerCommand() {
        String store = storeFolder().toString();
        String sizes = options.hasUsualFileSizes() ? "" : SMALL_FILES;
        String config = file(
                "broker.conf",
                sizes
                        + """
                brokerClusterName=%s
                brokerName=%s
                brokerId=0
                brokerIP1=127.0.0.1
                brokerIP2=127.0.0.1
                bindAddress=%s
                listenPort=%d
                storePathRootDir=%s
                storePathCommitLog=%s/commitlog
                flushDiskType=%s
                autoCreateTopicEnable=%s
                enablePropertyFilter=true
                traceTopicEnable=true
                waitTimeMillsInSendQueue=10000
                osPageCacheBusyTimeOutMills=10000
                recallMessageEnable=true
                %s""".formatted(
                                        CLUSTER_NAME,
                                        BROKER_NAME,
                                        listenHost(),
                                        brokerPort,
                                        store,
                                        store,
                                        options.isSyncFlush() ? "SYNC_FLUSH" : "ASYNC_FLUSH",
                                        options.createsTopics(),
                                        options.hasShortTransactions() ? SHORT_TRANSACTIONS : TRANSACTIONS));
        List<String> command = javaOptions("-Xmx512m");
        command.addAll(
                2,
                List.of(
                        "-XX:MaxDirectMemorySize=512m",
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"));
        command.addAll(
                List.of("org.apache.rocketmq.broker.BrokerStartup", "-n", namesrvAddressForBroker(), "-c", config));
        return command;
    }

    private List<String> javaOptions(String heap) {
        List<String> java = new ArrayList<>(List.of(
                "-cp",
                Jars.ofApacheServers() + "/*",
                heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Drocketmq.home.dir=" + scratch,
                "-Duser.home=" + scratch));
        if (options.isBinaryHeader()) {
            java.add("-Drocketmq.serialize.type=ROCKETMQ");
        }
        return java;
    }
}
