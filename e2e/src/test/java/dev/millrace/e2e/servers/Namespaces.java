package dev.millrace.e2e.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace for each copy, and a view of the files of its own, joined by a bridge in the namespace of the calling process, which must be one of the test's
 * own ({@code unshare -rnm}): addresses 10.77.0.1 for the bridge, 10.77.0.10 and up for copies.
 *
 * <p>Needs the programs ip, unshare and nsenter. Owner: the test.
 */
final class Namespaces implements GroupNetwork {
    private static final String NET = "10.77.0.";
    private static final int FIRST = 10;
    private static final String NOBODY = "02:00:00:00:00:99";
    private static final int COMMAND_SECONDS_MAX = 20;

    private final Path record;
    private final List<Process> holders = new ArrayList<>();

    /** @param record folder of the election record, which a copy that is cut off does not see either */
    Namespaces(int copies, Path record) {
        this.record = record;
        try {
            run("ip link set lo up && ip link add br0 type bridge && ip addr add " + host()
                    + "/24 dev br0 && ip link set br0 up");
            for (int copy = 0; copy < copies; copy++) {
                add(copy);
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void add(int copy) {
        Process holder = start(List.of("unshare", "-nm", "sh", "-c", "echo in; exec sleep 1000000"));
        holders.add(holder);
        try {
            if (holder.inputReader(UTF_8).readLine() == null) {
                throw new AssertionError("no network namespace can be made; run as root, or allow user namespaces");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(
                "ip link add v%1$d type veth peer name e%1$d && ip link set e%1$d netns %2$d && ip link set v%1$d master br0 up"
                        .formatted(copy, holder.pid()));
        inside(
                copy,
                "ip link set lo up && ip addr add " + hostOf(copy) + "/24 dev e" + copy + " && ip link set e" + copy
                        + " up");
    }

    @Override
    public String host() {
        return NET + 1;
    }

    @Override
    public String hostOf(int copy) {
        return NET + (FIRST + copy);
    }

    @Override
    public List<String> prefixOf(int copy) {
        return List.of("nsenter", "-t", Long.toString(holders.get(copy).pid()), "-n", "-m");
    }

    @Override
    public void cut(int copy, Direction direction) {
        switch (direction) {
            case BOTH -> {
                run("ip link set v" + copy + " down");
                inside(copy, "mount -t tmpfs -o ro none " + record);
            }
            case TO -> {
                run(lost(hostOf(copy), "br0"));
                others(copy).forEach(other -> inside(other, lost(hostOf(copy), "e" + other)));
            }
            case FROM -> {
                inside(copy, lost(host(), "e" + copy));
                others(copy).forEach(other -> inside(copy, lost(hostOf(other), "e" + copy)));
            }
        }
    }

    @Override
    public void mend(int copy) {
        run("ip link set v" + copy + " up; " + found(hostOf(copy), "br0"));
        inside(copy, found(host(), "e" + copy) + "; ! mountpoint -q " + record + " || umount -l " + record);
        for (int other : others(copy)) {
            inside(other, found(hostOf(copy), "e" + other));
            inside(copy, found(hostOf(other), "e" + copy));
        }
    }

    private List<Integer> others(int copy) {
        List<Integer> others = new ArrayList<>();
        for (int other = 0; other < holders.size(); other++) {
            if (other != copy) {
                others.add(other);
            }
        }
        return others;
    }

    private static String lost(String address, String device) {
        return "ip neigh replace " + address + " lladdr " + NOBODY + " dev " + device + " nud permanent";
    }

    /** Without effect if it was not lost. */
    private static String found(String address, String device) {
        return "ip neigh flush to " + address + " dev " + device + " nud permanent";
    }

    private void inside(int copy, String command) {
        List<String> all = new ArrayList<>(prefixOf(copy));
        all.addAll(List.of("sh", "-c", command));
        finish(start(all), command);
    }

    private static void run(String command) {
        finish(start(List.of("sh", "-c", command)), command);
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw new UncheckedIOException("install iproute2 and util-linux", e);
        }
    }

    private static void finish(Process process, String command) {
        try {
            if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
                String said = process.isAlive()
                        ? "no end"
                        : new String(process.getInputStream().readAllBytes(), UTF_8);
                process.destroyForcibly();
                throw new AssertionError(command + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted; run the test again", e);
        }
    }

    @Override
    public void close() {
        holders.forEach(Process::destroyForcibly);
    }
}
