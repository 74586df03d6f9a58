package dev.millrace.bench;

import dev.millrace.bench.load.LoadPlan;
import dev.millrace.bench.load.LoadResult;
import dev.millrace.bench.server.Anchors;
import dev.millrace.bench.server.Folders;
import dev.millrace.bench.server.RunningServer;
import dev.millrace.bench.server.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One side's turn: fresh servers, one driver process, its figures. Owner: the main thread. */
final class Turn {
    private static final long DRIVER_TIMEOUT_S = 600;
    private static final Pattern HISTOGRAM_JAR = Pattern.compile("(?i).*hdrhistogram.*");

    private final Folders folders;
    private final Anchors anchors;

    Turn(Folders folders, Anchors anchors) {
        this.folders = folders;
        this.anchors = anchors;
    }

    LoadResult run(Side side, LoadPlan plan) throws IOException, InterruptedException {
        try (var server = start(side)) {
            return drive(side, plan, server);
        }
    }

    private RunningServer start(Side side) throws IOException {
        return switch (side.server()) {
            case "millrace" -> anchors.startMillrace();
            case "rocketmq" -> anchors.startRocketMq();
            case "kafka" -> anchors.startKafka();
            case "echo" -> anchors.startEcho(false);
            case "echo-shared" -> anchors.startEcho(true);
            default -> throw new AssertionError("no server " + side.server());
        };
    }

    private LoadResult drive(Side side, LoadPlan plan, RunningServer server) throws IOException, InterruptedException {
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
            var line = driver.logLines().stream().filter(LoadResult::isLine).findFirst();
            if (!isEnded || line.isEmpty()) {
                throw new IllegalStateException("the driver of " + side.label() + " failed:\n" + driver.logTail());
            }
            driver.logLines().stream().filter(text -> text.contains("failed;")).forEach(System.err::println);
            return LoadResult.parse(line.get());
        }
    }

    // A foreign client brings its own Netty and the like: only our classes and HdrHistogram go beside it.
    private String classPath(Side side) {
        if (!side.hasForeignClient()) {
            return folders.classPath();
        }
        var own = Stream.of(folders.classPath().split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith("bench" + File.separator + "target" + File.separator + "classes")
                        || HISTOGRAM_JAR.matcher(entry).matches());
        return Stream.concat(own, Stream.of(folders.anchorClassPath(side.target())))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
