package dev.millrace.bench;

import dev.millrace.bench.driver.DriverMain;
import dev.millrace.bench.server.Anchors;
import dev.millrace.bench.server.Folders;
import dev.millrace.bench.server.RunningServer;
import dev.millrace.bench.server.ServerProcess;
import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.LoadResult;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One side's turn: fresh servers, one driver process, its figures. Owner: the main thread. */
final class Turn {
    private static final long DRIVER_TIMEOUT_S = 900;
    private static final Pattern HISTOGRAM_JAR = Pattern.compile("(?i).*hdrhistogram.*");

    private final Folders folders;
    private final Anchors anchors;

    Turn(Folders folders, Anchors anchors) {
        this.folders = folders;
        this.anchors = anchors;
    }

    /** Runs it; a failure of servers or driver is an outcome, so that the other sides have their turns. */
    TurnOutcome run(Side side, LoadPlan plan) throws IOException, InterruptedException {
        try (var server = start(side)) {
            return drive(side, plan, server);
        } catch (IllegalStateException e) {
            return new TurnOutcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    /** Fresh servers of a side; the caller closes them. */
    RunningServer start(Side side) throws IOException {
        return switch (side.server()) {
            case "millrace" -> anchors.startMillrace();
            case "rocketmq" -> anchors.startRocketMq();
            case "kafka" -> anchors.startKafka();
            case "echo" -> anchors.startEcho(false);
            case "echo-shared" -> anchors.startEcho(true);
            default -> throw new AssertionError("no server " + side.server());
        };
    }

    /** Runs a driver against servers that are there. */
    TurnOutcome drive(Side side, LoadPlan plan, RunningServer server) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(
                "-Xms1g",
                "-Xmx1g",
                "-Duser.home=" + server.folder(),
                "-Drocketmq.client.logRoot=" + server.folder(),
                "-Drocketmq.client.logLevel=ERROR",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "dev.millrace.bench.driver.DriverMain",
                "target=" + side.target(),
                "address=" + server.address(),
                "pids=" + server.pids().stream().map(String::valueOf).collect(Collectors.joining(","))));
        arguments.addAll(plan.toArguments());
        try (var driver = ServerProcess.start("driver", server.folder(), classPath(side), arguments)) {
            boolean isEnded = driver.awaitEnd(DRIVER_TIMEOUT_S);
            return outcome(driver, isEnded);
        }
    }

    private static TurnOutcome outcome(ServerProcess driver, boolean isEnded) throws IOException {
        var lines = driver.logLines();
        var unable = rest(lines, DriverMain.UNABLE);
        var failure = rest(lines, DriverMain.FAILED);
        var result = lines.stream().filter(LoadResult::isLine).findFirst();
        if (unable.isPresent()) {
            return new TurnOutcome.Unable(unable.get());
        }
        if (failure.isPresent()) {
            return new TurnOutcome.Failed(failure.get());
        }
        if (!isEnded || result.isEmpty()) {
            return new TurnOutcome.Failed("the driver printed no figures in " + DRIVER_TIMEOUT_S
                    + " s or ended early; its log ends: " + driver.logTail().replace('\n', ' '));
        }
        var remarks = lines.stream()
                .filter(line -> line.startsWith(DriverMain.REMARK))
                .map(line -> line.substring(DriverMain.REMARK.length()))
                .toList();
        return new TurnOutcome.Measured(LoadResult.parse(result.get()), remarks);
    }

    private static Optional<String> rest(List<String> lines, String start) {
        return lines.stream()
                .filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length()))
                .findFirst();
    }

    // A foreign client brings its own Netty and the like: only our classes and HdrHistogram go beside it.
    private String classPath(Side side) {
        if (!side.hasForeignClient()) {
            return folders.classPath();
        }
        var own = Stream.of(folders.classPath().split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith("bench" + File.separator + "target" + File.separator + "classes")
                        || HISTOGRAM_JAR.matcher(entry).matches());
        var shapes = folders.modules().resolve("cli/target/classes").toString();
        return Stream.concat(own, Stream.of(shapes, folders.anchorClassPath(side.target())))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
