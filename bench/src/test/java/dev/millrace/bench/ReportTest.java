package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.load.LoadResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private final Report report = new Report(
            "2 cores, \"JDK\"",
            List.of(
                    new Report.Row("drain", "millrace", List.of(measured(10), measured(30), measured(20)), 20),
                    new Report.Row(
                            "drain",
                            "rocketmq",
                            List.of(measured(10), new TurnOutcome.Failed("the consumer got 1 of \"2\"")),
                            20),
                    new Report.Row("drain", "echo", List.of(new TurnOutcome.Unable("an echo keeps nothing")), 20)),
            List.of(
                    StartRow.measured("millrace", StartRow.Kind.KILLED, 10, 812.4, 700, 900),
                    StartRow.failed("rocketmq", StartRow.Kind.REBUILT, "the queues hold 9 of 10")),
            List.of(
                    new PendingRow(
                            "millrace",
                            5,
                            7,
                            PendingRow.Plain.NONE,
                            new PendingRow.Plain(9, 1, 2),
                            0,
                            3 << 20,
                            0,
                            "",
                            false),
                    PendingRow.failed("rocketmq", "1 of 2 sends failed")));

    @Test
    void tableShowsMediansAndWhatIsMissing() {
        assertThat(report.toTable().lines())
                .anyMatch(line -> line.matches("drain +millrace +3 +20 +10 +30 .* 1\\.00"))
                .anyMatch(line -> line.matches("drain +rocketmq +1/2 +10 +10 +10 .* 0\\.50"))
                .anyMatch(line -> line.matches("drain +echo +0/1( +-)+ +0 +-"))
                .contains(
                        "drain rocketmq turn 2 FAILED: the consumer got 1 of \"2\"",
                        "drain echo turn 1 not possible: an echo keeps nothing",
                        "drain millrace turn 1 a remark")
                .anyMatch(line -> line.matches("recovery +millrace +killed +10 +812 +700 +900"))
                .anyMatch(line -> line.matches("pending +millrace +5 +7 +- +- +9 +2\\.00 +0 +3 +0"))
                .anyMatch(line -> line.matches("pending +rocketmq .* FAILED: 1 of 2 sends failed"))
                .anyMatch(line -> line.matches("recovery +rocketmq +rebuilt .* FAILED: the queues hold 9 of 10"));
        assertThat(report.hasFailure()).isTrue();
    }

    @Test
    void jsonHoldsFailuresAndNoNumberThatIsNone() {
        assertThat(report.toJson())
                .startsWith("{\"machine\":\"2 cores, \\\"JDK\\\"\",\"failed\":1,\"rows\":[{")
                .contains(
                        "\"side\":\"rocketmq\",\"turns\":2,\"measuredTurns\":1,\"rate\":10.0000",
                        "turn 2 FAILED: the consumer got 1 of \\\"2\\\"",
                        "{\"side\":\"millrace\",\"start\":\"killed\",\"messages\":10,\"readyMs\":812.4000",
                        "\"wholeMs\":null,\"problem\":\"the queues hold 9 of 10\"}",
                        "\"side\":\"echo\",\"turns\":1,\"measuredTurns\":0,\"rate\":null,\"ratio\":null")
                .doesNotContain("NaN", "Infinity");
    }

    private static TurnOutcome measured(double rate) {
        return new TurnOutcome.Measured(
                new LoadResult(2, 0, rate, LoadResult.Latency.NONE, 0, 0, 0, 0, 0, 0), List.of("a remark"));
    }
}
