package dev.millrace.e2e.members;

import dev.millrace.e2e.servers.Jars;
import dev.millrace.e2e.servers.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts member processes for one test: all use the same client, topic and group. Owner: the test.
 *
 * @param kind whose client they use
 * @param link where they tell what they do
 * @param namesrv the NameServers
 * @param topic what they consume or send to
 * @param group their consumer or producer group
 * @param scratch gets their output
 */
public record Members(ClientKind kind, Link link, String namesrv, String topic, String group, Path scratch) {

    private static final String VERSION = "5.5.0";

    /** An ordered consumer; tells {@code begin} and {@code end} of each message. */
    public ServerProcess startOrdered(String name) {
        return start("OrderedMain", name);
    }

    /** A producer of transactions; asks for numbers and for outcomes. */
    public ServerProcess startTransactions(String name) {
        return start("TransactionsMain", name);
    }

    private ServerProcess start(String main, String name) {
        List<String> arguments = new ArrayList<>(List.of("-cp", classPath(), "-Xmx96m", "-XX:+UseSerialGC"));
        arguments.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Drocketmq.client.rebalance.waitInterval=1000",
                "-Drocketmq.client.rebalance.lockInterval=1000",
                "-Drocketmq.client.logRoot=" + scratch));
        arguments.add("dev.millrace.e2e.members." + main);
        arguments.addAll(List.of(kind.name(), String.valueOf(link.port()), namesrv, topic, group, name));
        ServerProcess process = new ServerProcess(scratch.resolve(name + ".out"), arguments);
        process.start();
        return process;
    }

    private String classPath() {
        return switch (kind) {
            case ROCKETMQ -> Jars.testClasses() + ":" + Jars.ofClient(VERSION) + "/*";
            case MILLRACE -> System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        };
    }
}
