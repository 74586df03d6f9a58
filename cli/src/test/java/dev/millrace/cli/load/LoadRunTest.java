package dev.millrace.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(50)
class LoadRunTest {
    private static final long MESSAGE_COUNT = 1_003;
    private static final int LANES = 4;

    private final FakeTarget target = new FakeTarget();
    private final List<String> remarks = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();

    @AfterEach
    void close() {
        target.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"WAITING", "IN_FLIGHT", "STREAM"})
    void sendsEveryMessageOnceRoundRobin(Shape shape) throws Exception {
        var result = run(plan(shape, Warmup.NONE));

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(result.failedCount()).isZero();
        assertThat(target.queueCounts()).isEqualTo(Map.of(0, 502L, 1, 501L));
    }

    @ParameterizedTest
    @EnumSource(names = {"WAITING", "IN_FLIGHT", "STREAM"})
    void doesNotCountTheWarmup(Shape shape) throws Exception {
        var result = run(plan(shape, new Warmup(5_000, 1)));

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(result.warmupCount()).isGreaterThanOrEqualTo(5_000);
        assertThat(target.storedCount()).isEqualTo(MESSAGE_COUNT + result.warmupCount());
        assertThat(remarks).isEmpty();
        assertThat(steps).containsExactly("warming up for 1 s", "measuring, for 60 s at most");
    }

    @Test
    void flushesWhatIsHeldBackWhenTheUnansweredRunOut() throws Exception {
        target.batching(Integer.MAX_VALUE);

        var result = run(plan(Shape.STREAM, Warmup.NONE));

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(target.heldBackMax()).isEqualTo(LANES);
    }

    @Test
    void pacedSendsAtItsRateUntilTheTimeIsOver() throws Exception {
        var result = run(new LoadPlan(Shape.PACED, LANES, 2, 16, Warmup.NONE, MESSAGE_COUNT, 1, Set.of(), 500));

        assertThat(result.offeredRate()).isEqualTo(500);
        assertThat(result.count()).isBetween(1L, 502L);
        assertThat(result.latency().maxMs())
                .isGreaterThanOrEqualTo(result.latency().p50Ms());
    }

    @Test
    void pacedTakesAShareOfTheRateItMeasuresFirst() throws Exception {
        var result = run(new LoadPlan(Shape.PACED, LANES, 2, 16, Warmup.NONE, MESSAGE_COUNT, 1, Set.of(), 0.5));

        assertThat(result.offeredRate()).isPositive();
        assertThat(target.storedCount()).isEqualTo(MESSAGE_COUNT + result.count());
    }

    @ParameterizedTest
    @EnumSource(names = {"WAITING", "IN_FLIGHT", "STREAM"})
    void countsAFewFailuresAndRemarksThem(Shape shape) throws Exception {
        target.refusing(number -> number % 100 == 0);

        var result = run(plan(shape, Warmup.NONE));

        assertThat(result.failedCount()).isEqualTo(10);
        assertThat(result.count()).isEqualTo(MESSAGE_COUNT - 10);
        assertThat(remarks).singleElement().asString().contains("10 sends", "refused");
    }

    @ParameterizedTest
    @EnumSource(names = {"WAITING", "IN_FLIGHT", "STREAM"})
    void failsWhenNothingIsAcknowledged(Shape shape) {
        target.refusing(number -> true);

        assertThatThrownBy(() -> run(plan(shape, Warmup.NONE)))
                .hasMessageContaining("0 were acknowledged")
                .hasMessageContaining("refused");
    }

    @Test
    void failsWhenSoManySendsFailThatThePhaseEndsEarly() {
        target.refusing(number -> number % 2 == 0);
        var plan = new LoadPlan(Shape.STREAM, LANES, 2, 16, Warmup.NONE, 1_000_000, 60, Set.of(), 0.8);

        assertThatThrownBy(() -> run(plan))
                .hasMessageMatching("10\\d\\d sends failed and 10\\d\\d were acknowledged.*");
    }

    @Test
    void drainsExactlyTheBacklog() throws Exception {
        var result = run(plan(Shape.DRAIN, Warmup.NONE));

        assertThat(result.count()).isEqualTo(MESSAGE_COUNT);
        assertThat(target.queueCounts()).isEqualTo(Map.of(0, 502L, 1, 501L));
        assertThat(result.rate()).isPositive();
    }

    @Test
    void repeatsWhatTheBacklogMisses() throws Exception {
        // the one chunk that holds all is refused at its last message, once
        target.refusing(number -> number == MESSAGE_COUNT);

        assertThatThrownBy(() -> run(plan(Shape.DRAIN, Warmup.NONE)))
                .as("those before it are there twice, which is no backlog of the wanted size")
                .hasMessageContaining("of a backlog of " + MESSAGE_COUNT)
                .hasMessageContaining("1 requests of the backlog were repeated");
        assertThat(remarks).singleElement().asString().contains("1 requests of the backlog were repeated");
    }

    @Test
    void failsWhenTheBacklogStaysShort() {
        target.refusing(number -> number > 100);
        var plan = new LoadPlan(Shape.FILL, LANES, 2, 1_000_000, Warmup.NONE, 105, 60, Set.of(), 0.8);

        assertThatThrownBy(() -> run(plan))
                .hasMessageContaining("the backlog is short: 100 of 105 messages")
                .hasMessageContaining("refused");
    }

    @Test
    void failsWhenTheConsumerGetsTooMany() {
        target.losing(-2);

        assertThatThrownBy(() -> run(plan(Shape.DRAIN, Warmup.NONE)))
                .hasMessageContaining("the consumer got 1005 messages of a backlog of 1003");
    }

    @Test
    void planSurvivesTheCommandLine() {
        var plan = new LoadPlan(
                Shape.PACED, 4, 2, 16, new Warmup(3, 5), 7, 60, Set.of(LoadPlan.Option.PLAIN_CONSUMER), 0.8);

        var parsed = LoadPlan.parse(LoadResult.parsePairs(plan.toArguments().toArray(String[]::new)));

        assertThat(parsed).isEqualTo(plan);
    }

    @Test
    void resultSurvivesTheOutput() {
        var result = new LoadResult(10, 1, 2.5, new LoadResult.Latency(1, 2, 3, 4), 5.5, 6.5, 0.25, 7, 8, 9);

        assertThat(LoadResult.parse(result.toLine())).isEqualTo(result);
    }

    private LoadResult run(LoadPlan plan) throws Exception {
        return new LoadRun(target, plan, List.of(), remarks::add, steps::add).run();
    }

    private static LoadPlan plan(Shape shape, Warmup warmup) {
        return new LoadPlan(shape, LANES, 2, 16, warmup, MESSAGE_COUNT, 60, Set.of(), 0.8);
    }
}
