package dev.millrace.bench.driver;

import dev.millrace.bench.echo.EchoTarget;
import dev.millrace.bench.kafka.KafkaTarget;
import dev.millrace.bench.once.OnceTarget;
import dev.millrace.bench.rocketmq.RocketMqTarget;
import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.LoadResult;
import dev.millrace.cli.load.LoadRun;
import dev.millrace.cli.load.LoadTarget;
import dev.millrace.cli.load.MillraceTarget;
import dev.millrace.cli.load.TargetSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The client process of a turn. Takes {@code key=value} arguments; prints {@link #REMARK} lines while it runs, and last
 * a {@link LoadResult} line, a {@link #FAILED} line or an {@link #UNABLE} line. Owner: the main thread.
 */
public final class DriverMain {
    /** Begins a line that a reader of the figures should see. */
    public static final String REMARK = "REMARK ";

    /** Begins the line that says why there are no figures. */
    public static final String FAILED = "FAILED ";

    /** Begins the line that says why this target cannot do what the plan asks for. */
    public static final String UNABLE = "UNABLE ";

    /** The topic of all turns. */
    public static final String TOPIC = "load";

    private static final Map<String, String> WINDOW =
            Map.of("dedup.window.time", "1h", "dedup.window.count", "1000000");

    private DriverMain() {}

    /** Runs one turn; exits with 1 when it failed. */
    public static void main(String[] words) {
        var arguments = LoadResult.parsePairs(words);
        var plan = LoadPlan.parse(arguments);
        int status = 0;
        try (var target = target(LoadPlan.value(arguments, "target"))) {
            target.open(TargetSettings.of(LoadPlan.value(arguments, "address"), TOPIC, plan));
            var run = new LoadRun(
                    target, plan, pids(arguments), text -> System.out.println(REMARK + oneLine(text)), step -> {});
            System.out.println(run.run().toLine());
        } catch (UnsupportedOperationException e) {
            System.out.println(UNABLE + oneLine(String.valueOf(e.getMessage())));
        } catch (Exception e) {
            e.printStackTrace();
            System.out.println(FAILED + oneLine(e.toString()));
            status = 1;
        }
        // Clients keep threads that would hold the process.
        System.exit(status);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s+", " ");
    }

    // A switch, so that only the chosen client's classes are needed on the class path.
    private static LoadTarget target(String name) {
        return switch (name) {
            case "millrace" -> new MillraceTarget();
            case "window" -> new MillraceTarget(WINDOW, UnaryOperator.identity());
            case "once-memory" -> new OnceTarget(OnceTarget.Store.MEMORY);
            case "once-redis" -> new OnceTarget(OnceTarget.Store.REDIS);
            case "once-postgres" -> new OnceTarget(OnceTarget.Store.POSTGRES);
            case "rocketmq" -> new RocketMqTarget();
            case "kafka" -> new KafkaTarget();
            case "echo" -> new EchoTarget(false);
            case "echo-shared" -> new EchoTarget(true);
            default ->
                throw new IllegalArgumentException(
                        "target=" + name
                                + "; one of millrace, window, once-memory, once-redis, once-postgres, rocketmq, kafka, echo, echo-shared");
        };
    }

    private static List<Long> pids(Map<String, String> arguments) {
        var pids = new ArrayList<Long>();
        for (var pid : LoadPlan.value(arguments, "pids").split(",", -1)) {
            pids.add(Long.parseLong(pid));
        }
        return pids;
    }
}
