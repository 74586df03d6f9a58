package dev.millrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LoadRunTest {
    private static final long WARMUP_COUNT = 100;
    private static final long MESSAGE_COUNT = 1_000;

    private final FakeTarget target = new FakeTarget();

    @ParameterizedTest
    @EnumSource(names = {"WAITING", "STREAM"})
    void countsEveryMeasuredMessageOnce(Shape shape) throws Exception {
        var result = new LoadRun(target, plan(shape, WARMUP_COUNT), List.of()).run();

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(result.failedCount()).isZero();
        assertThat(target.sentCount).hasValue(WARMUP_COUNT + MESSAGE_COUNT);
    }

    @Test
    void drainsWhatItHasWritten() throws Exception {
        var result = new LoadRun(target, plan(Shape.DRAIN, 0), List.of()).run();

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(result.failedCount()).isZero();
    }

    @Test
    void planSurvivesTheCommandLine() {
        var plan = plan(Shape.PACED, WARMUP_COUNT);

        var parsed = LoadPlan.parse(LoadResult.parsePairs(plan.toArguments().toArray(String[]::new)));

        assertThat(parsed).isEqualTo(plan);
    }

    @Test
    void resultSurvivesTheOutput() {
        var result = new LoadResult(10, 1, 2.5, new LoadResult.Latency(1, 2, 3, 4), 5.5, 6.5, 0.25, 7, 8);

        assertThat(LoadResult.parse(result.toLine())).isEqualTo(result);
    }

    private static LoadPlan plan(Shape shape, long warmupCount) {
        return new LoadPlan(shape, 4, 2, 16, warmupCount, MESSAGE_COUNT, 60, false, false, 0.8);
    }
}
