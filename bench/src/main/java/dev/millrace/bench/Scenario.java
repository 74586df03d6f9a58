package dev.millrace.bench;

import dev.millrace.cli.load.LoadPlan;
import dev.millrace.cli.load.Shape;
import dev.millrace.cli.load.Warmup;
import java.util.EnumSet;
import java.util.Set;

/** The named scenarios. Counts are upper bounds; the seconds of a run bound slow sides. */
enum Scenario {
    SYNC1("sync1", Shape.WAITING, 1, 8, 40_000, 150_000),
    SYNC64("sync64", Shape.WAITING, 64, 8, 300_000, 1_000_000),
    SYNC64_1024("sync64-1024", Shape.WAITING, 64, 1_024, 300_000, 1_000_000),
    FLIGHT64("flight64", Shape.IN_FLIGHT, 64, 8, 1_000_000, 3_000_000),
    FLIGHT1024("flight1024", Shape.IN_FLIGHT, 1_024, 8, 1_000_000, 3_000_000),
    BATCH8("batch8", Shape.STREAM, Scenario.STREAM_UNANSWERED_MAX, 8, 1_500_000, 4_000_000),
    BATCH1000("batch1000", Shape.STREAM, Scenario.STREAM_UNANSWERED_MAX, 1_000, 1_500_000, 4_000_000),
    BATCH10000("batch10000", Shape.STREAM, Scenario.STREAM_UNANSWERED_MAX, 10_000, 1_500_000, 4_000_000),
    PACED8("paced8", Shape.PACED, Scenario.STREAM_UNANSWERED_MAX, 8, 1_500_000, 4_000_000),
    PACED1000("paced1000", Shape.PACED, Scenario.STREAM_UNANSWERED_MAX, 1_000, 1_500_000, 4_000_000),
    DRAIN("drain", Shape.DRAIN, Scenario.STREAM_UNANSWERED_MAX, 8, 0, 3_000_000),
    DRAIN_PLAIN("drain-plain", Shape.DRAIN, Scenario.STREAM_UNANSWERED_MAX, 8, 0, 3_000_000),
    RECOVERY("recovery", Shape.FILL, Scenario.STREAM_UNANSWERED_MAX, 8, 0, 10_000_000),
    PENDING("pending", Shape.IN_FLIGHT, 1_024, 8, 0, 5_000_000);

    /** About what Kafka's default producer buffer of 32 MiB holds of our messages, the same for every side. */
    static final int STREAM_UNANSWERED_MAX = 200_000;

    private static final int BODY_BYTES = 128;

    private final String label;
    private final Shape shape;
    private final int lanes;
    private final int queueCount;
    private final long warmupCountMin;
    private final long messageCount;

    Scenario(String label, Shape shape, int lanes, int queueCount, long warmupCountMin, long messageCount) {
        this.label = label;
        this.shape = shape;
        this.lanes = lanes;
        this.queueCount = queueCount;
        this.warmupCountMin = warmupCountMin;
        this.messageCount = messageCount;
    }

    static Scenario of(String label) {
        var known = new StringBuilder();
        for (var scenario : values()) {
            if (scenario.label.equals(label)) {
                return scenario;
            }
            known.append(' ').append(scenario.label);
        }
        throw new IllegalArgumentException("no scenario " + label + "; one of" + known);
    }

    String label() {
        return label;
    }

    /** The plan with the user's changes in it; a change of 0 keeps the scenario's own value. */
    LoadPlan plan(Changes changes) {
        Set<LoadPlan.Option> options = EnumSet.noneOf(LoadPlan.Option.class);
        options.addAll(changes.options);
        if (this == DRAIN_PLAIN) {
            options.add(LoadPlan.Option.PLAIN_CONSUMER);
        }
        return new LoadPlan(
                shape,
                changes.lanes > 0 ? changes.lanes : lanes,
                changes.queueCount > 0 ? changes.queueCount : queueCount,
                changes.bodyBytes > 0 ? changes.bodyBytes : BODY_BYTES,
                new Warmup(warmupCountMin, changes.warmupSeconds),
                changes.messageCount > 0 ? changes.messageCount : messageCount,
                changes.secondsMax,
                options,
                changes.rate);
    }

    /** What a user may change of a scenario; see {@link LoadPlan}. */
    record Changes(
            int lanes,
            int queueCount,
            int bodyBytes,
            int warmupSeconds,
            long messageCount,
            int secondsMax,
            Set<LoadPlan.Option> options,
            double rate) {}
}
