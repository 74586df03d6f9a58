package dev.millrace.e2e.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** One of our broker groups with several copies, and a NameServer. Owner: the test that opened it. */
public final class BrokerGroup implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(2);
    private static final String RECORD = "record";
    private static final String GROUP_TOOL = "dev.millrace.broker.grouptool.GroupMain";
    private static final Pattern MASTER = Pattern.compile("\"role\":\"master\"");
    private static final Pattern IN_SYNC = Pattern.compile("\"inSync\":\\[([0-9,]*)]");

    private final Path scratch;
    private final GroupNetwork network;
    private final int namesrvPort = Ports.freeBlock();
    private final List<Integer> ports = new ArrayList<>();
    private final ServerProcess namesrv;
    private final List<ServerProcess> copies = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(HTTP_TIMEOUT).build();

    /** How a group acknowledges. */
    public record Durability(String acks, String flush, int minInSync) {}

    private BrokerGroup(Path scratch, int copyCount, Durability durability, GroupNetwork network) {
        this.scratch = scratch;
        this.network = network;
        IntStream.range(0, copyCount).forEach(copy -> ports.add(Ports.freeBlock()));
        String namesrvConfig = file(
                "namesrv.properties",
                "namesrv.host=%s\nnamesrv.http-port=0\nnamesrv.port=%d\n".formatted(network.host(), namesrvPort));
        this.namesrv = new ServerProcess(
                scratch.resolve("namesrv.out"),
                MillraceServers.command(
                        "namesrv-image",
                        "-Xmx64m",
                        "dev.millrace.namesrv.NamesrvMain",
                        List.of("--config", namesrvConfig)));
        for (int copy = 0; copy < copyCount; copy++) {
            copies.add(new ServerProcess(
                    scratch.resolve("copy-" + copy + ".out"),
                    network.prefixOf(copy),
                    MillraceServers.command(
                            "broker-image",
                            "-Xmx256m",
                            "dev.millrace.broker.BrokerMain",
                            List.of("--config", config(copy, durability)))));
        }
    }

    /** Starts everything; returns when there is a master and all copies are in sync. */
    public static BrokerGroup start(Path scratch, int copyCount, Durability durability) {
        return start(scratch, copyCount, durability, GroupNetwork.LOOPBACK);
    }

    /** As {@link #start}, with a network namespace for each copy; only in a process that has its own one. */
    public static BrokerGroup startInNamespaces(Path scratch, int copyCount, Durability durability) {
        return start(scratch, copyCount, durability, new Namespaces(copyCount, scratch.resolve(RECORD)));
    }

    private static BrokerGroup start(Path scratch, int copyCount, Durability durability, GroupNetwork network) {
        BrokerGroup group = new BrokerGroup(scratch, copyCount, durability, network);
        try {
            group.tool(
                    "apply",
                    "--cluster",
                    Servers.CLUSTER_NAME,
                    "--copies",
                    Integer.toString(copyCount),
                    "--min-in-sync",
                    Integer.toString(durability.minInSync()),
                    "--acks",
                    durability.acks());
            group.namesrv.start();
            group.copies.forEach(ServerProcess::start);
            group.awaitWhole();
            return group;
        } catch (RuntimeException | Error e) {
            group.close();
            throw e;
        }
    }

    private String config(int copy, Durability durability) {
        String peers = IntStream.range(0, ports.size())
                .mapToObj(peer -> peer + "=" + network.hostOf(peer) + ":" + (ports.get(peer) + 1))
                .collect(Collectors.joining(";"));
        return file("copy-" + copy + ".properties", """
                broker.port=%d
                broker.cluster=%s
                broker.name=%s
                broker.namesrv=%s
                broker.host=%s
                store.path=%s
                store.flush.mode=%s
                store.segment-size=64MiB
                store.disk.reserve=1MiB
                group.record=%s
                group.copy=%d
                group.peers=%s
                """.formatted(
                        ports.get(copy),
                        Servers.CLUSTER_NAME,
                        Servers.BROKER_NAME,
                        namesrvAddress(),
                        network.hostOf(copy),
                        scratch.resolve("store-" + copy),
                        durability.flush(),
                        recordFolder(),
                        copy,
                        peers));
    }

    private Path recordFolder() {
        return scratch.resolve(RECORD);
    }

    /** Runs the program that makes and changes groups; what it printed. */
    public String tool(String verb, String... arguments) {
        Path output = scratch.resolve("tool.out");
        List<String> all =
                new ArrayList<>(List.of(verb, "--folder", recordFolder().toString(), "--group", Servers.BROKER_NAME));
        all.addAll(List.of(arguments));
        ServerProcess tool =
                new ServerProcess(output, MillraceServers.command("broker-image", "-Xmx64m", GROUP_TOOL, all));
        tool.start();
        Awaitility.await().atMost(READY_MAX).pollInterval(POLL).until(() -> !tool.isAlive());
        tool.stop();
        if (tool.exitCode() != 0) {
            throw new AssertionError(all + " ended with " + tool.exitCode() + ":\n" + tool.tail());
        }
        return tool.tail();
    }

    public String namesrvAddress() {
        return network.host() + ":" + namesrvPort;
    }

    /** Where clients reach a copy. */
    public String address(int copy) {
        return network.hostOf(copy) + ":" + ports.get(copy);
    }

    /** The copy that says it is master now, if one does. */
    public OptionalInt master() {
        return IntStream.range(0, ports.size())
                .filter(copy -> MASTER.matcher(readiness(copy)).find())
                .findFirst();
    }

    /** The copy that a switchover goes to. */
    public int successorOf(int copy) {
        return (copy + 1) % ports.size();
    }

    /** Waits for a master. */
    public int awaitMaster() {
        Awaitility.await().atMost(READY_MAX).pollInterval(POLL).until(() -> master().isPresent());
        return master().orElseThrow();
    }

    /** Waits until there is a master and every copy is in the in-sync set; gives the master. */
    public int awaitWhole() {
        int[] found = {-1};
        Awaitility.await()
                .atMost(READY_MAX)
                .pollInterval(POLL)
                .conditionEvaluationListener(condition -> {})
                .until(() -> {
                    copies.forEach(ServerProcess::requireAlive);
                    OptionalInt master = master();
                    master.ifPresent(copy -> found[0] = copy);
                    return master.isPresent() && inSyncCount(master.getAsInt()) == ports.size();
                });
        return found[0];
    }

    private int inSyncCount(int copy) {
        Matcher set = IN_SYNC.matcher(readiness(copy));
        return !set.find() || set.group(1).isEmpty() ? 0 : set.group(1).split(",", -1).length;
    }

    /** What a copy says of itself as JSON; empty if it does not answer. */
    public String readiness(int copy) {
        URI ready = URI.create("http://" + network.hostOf(copy) + ":" + (ports.get(copy) + 2) + "/ready");
        try {
            return http.send(
                            HttpRequest.newBuilder(ready).timeout(HTTP_TIMEOUT).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; run the test again", e);
        }
    }

    /** Ends a copy at once ({@code kill -9}). */
    public void kill(int copy) {
        copies.get(copy).kill();
    }

    /** Ends a copy as an operator would. */
    public void stop(int copy) {
        copies.get(copy).stop();
    }

    /** A copy stands still: its connections stay open and nothing answers. */
    public void freeze(int copy) {
        copies.get(copy).signal("STOP");
    }

    public void thaw(int copy) {
        copies.get(copy).signal("CONT");
    }

    /** Nothing comes from a copy and nothing reaches it, the election record neither; its connections stay open. */
    public void cutOff(int copy) {
        network.cut(copy, GroupNetwork.Direction.BOTH);
    }

    /** Nothing reaches a copy. */
    public void deafen(int copy) {
        network.cut(copy, GroupNetwork.Direction.TO);
    }

    /** Nothing comes from a copy. */
    public void mute(int copy) {
        network.cut(copy, GroupNetwork.Direction.FROM);
    }

    /** A copy reaches the others again, and they it. */
    public void reconnect(int copy) {
        network.mend(copy);
    }

    public void restart(int copy) {
        copies.get(copy).start();
    }

    /** What the processes printed last. */
    public String lastOutput() {
        return IntStream.range(0, copies.size())
                .mapToObj(copy -> "copy " + copy + ":\n" + copies.get(copy).tail())
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        copies.forEach(ServerProcess::kill);
        namesrv.kill();
        network.close();
        http.close();
    }

    private String file(String name, String text) {
        try {
            Path file = scratch.resolve(name);
            Files.writeString(file, text);
            return file.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
