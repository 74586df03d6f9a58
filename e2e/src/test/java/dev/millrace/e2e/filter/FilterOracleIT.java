package dev.millrace.e2e.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our SQL92 filters accept, refuse and match what Apache's do; what differs on purpose is in docs/differences.md. */
@SuppressWarnings("NullAway.Init") // JUnit sets the field.
final class FilterOracleIT {
    private static final int EXPRESSION_COUNT = 2_000;
    private static final int PROPERTIES_COUNT = 12;

    private static ApacheFilters apache;

    @BeforeAll
    static void open() throws IOException, ReflectiveOperationException {
        apache = ApacheFilters.open();
    }

    @AfterAll
    static void close() throws IOException {
        apache.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesOnRandomExpressions(long seed) throws IllegalAccessException {
        RandomExpressions random = new RandomExpressions(seed);
        int acceptedCount = 0;
        for (int i = 0; i < EXPRESSION_COUNT; i++) {
            acceptedCount += compare(random.expression(), random, seed) ? 1 : 0;
        }
        assertThat(acceptedCount).as("accepted by seed %s", seed).isGreaterThan(EXPRESSION_COUNT / 4);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void agreesOnWordsInAnyOrder(long seed) throws IllegalAccessException {
        RandomExpressions random = new RandomExpressions(seed);
        for (int i = 0; i < EXPRESSION_COUNT; i++) {
            compare(random.soup(), random, seed);
        }
    }

    @Test
    void agreesOnWhatIsWrittenByHand() throws IllegalAccessException {
        RandomExpressions random = new RandomExpressions(0);
        for (String expression : List.of(
                "a > 5 OR b = 'x'",
                "b = 'abc' OR a > 5",
                "NOT a = 1",
                "NOT a IS NULL",
                "NOT a CONTAINS 'b'",
                "a NOT CONTAINS ''",
                "a CONTAINS ''",
                "a = b",
                "a <> b",
                "TRUE = a",
                "a = TRUE",
                "(a = 1) = b",
                "'5' = 5",
                "'x' = 5",
                "5 = TRUE",
                "TRUE = 5",
                "NULL = a",
                "-NULL = a",
                "NULL",
                "NULL IS NULL",
                "5",
                "'x'",
                "-a",
                "a between 5 and 1",
                "a not between 5 and 1",
                "a between -5 and -10",
                "a between 'a' and 'b'",
                "a between b and c",
                "a in (1)",
                "'x' in ('x')",
                "(a) in ('x', 'abc')",
                "a > 'x'",
                "a > b",
                "a > 1 > 2",
                "a = 1 = TRUE",
                "a contains 'x' contains 'y'",
                "a = 100000000000000000000000",
                "a = -9223372036854775808",
                "a > 1e999",
                "a > 1e-999",
                "a = 'it''s' or a = ''''",
                "a /* x */ = /*/ * **/ 5",
                "a = 5 /* open",
                "a -- comment\n = 5",
                "\ta\f=\r\n5",
                "",
                " ",
                "()",
                "a = ü",
                "aNd = 1",
                "a.b = 1",
                "a # b",
                "a ! 1",
                "a IS NOT NULL AND b IS NULL OR c = '1' AND TAGS = 'abc'")) {
            compare(expression, random, 0);
        }
    }

    /** RocketMQ's brokers ignore what follows an expression; we say that it is there. */
    @Test
    void refusesTextBehindAnExpression() throws IllegalAccessException {
        for (String expression : List.of("a LIKE 'x%'", "a = 1 b = 2", "a = 007", "a = 1;", "a = 1 -- comment")) {
            assertThat(apache.compile(expression).isPresent() || expression.endsWith(";"))
                    .as(expression)
                    .isTrue();
            assertThat(OurFilters.reason(expression)).as(expression).contains("column");
        }
    }

    /** RocketMQ's brokers refuse zero as a decimal number. */
    @Test
    void acceptsZeroAsADecimalNumber() throws IllegalAccessException {
        assertThat(apache.compile("a > 0.0")).isEmpty();
        assertThat(OurFilters.compile("a > 0.0").orElseThrow().matches(Map.of("a", "0.1")))
                .isTrue();
    }

    /** True if both accept the expression. */
    private static boolean compare(String expression, RandomExpressions random, long seed)
            throws IllegalAccessException {
        Optional<PropertyFilter> theirs = apache.compile(expression);
        String reason = OurFilters.reason(expression);
        if (OurFilters.isRefusedForItsRest(reason) && theirs.isPresent()) {
            String head = expression.substring(0, OurFilters.column(reason) - 1);
            compareMatches(head, expression, theirs.orElseThrow(), random, seed);
            return false;
        }
        assertThat(reason.isEmpty())
                .as("seed %s: acceptance of [%s], ours says [%s]", seed, expression, reason)
                .isEqualTo(theirs.isPresent());
        if (theirs.isEmpty()) {
            return false;
        }
        compareMatches(expression, expression, theirs.orElseThrow(), random, seed);
        String inverse = "NOT (" + expression + ")";
        String absence = "(" + expression + ") IS NULL";
        compareMatches(inverse, inverse, apache.compile(inverse).orElseThrow(), random, seed);
        compareMatches(absence, absence, apache.compile(absence).orElseThrow(), random, seed);
        return true;
    }

    private static void compareMatches(
            String ours, String expression, PropertyFilter theirs, RandomExpressions random, long seed) {
        PropertyFilter filter = OurFilters.compile(ours)
                .orElseThrow(() -> new AssertionError("seed " + seed + ": ours refuses [" + ours + "]"));
        for (int i = 0; i < PROPERTIES_COUNT; i++) {
            Map<String, String> properties = random.properties();
            assertThat(filter.matches(properties))
                    .as("seed %s: [%s] on %s", seed, expression, properties)
                    .isEqualTo(theirs.matches(properties));
        }
    }
}
