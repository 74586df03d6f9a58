package dev.millrace.broker.filter;

import static dev.millrace.broker.filter.Expressions.matches;
import static dev.millrace.broker.filter.Expressions.sql;
import static dev.millrace.broker.filter.Expressions.truth;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What expressions say of properties; every row also holds on RocketMQ's broker 5.5.0. */
final class SqlFilterTest {
    private record Row(String expression, String pair, Truth truth) {}

    private static Row row(String expression, String pair, Truth truth) {
        return new Row(expression, pair, truth);
    }

    @TestFactory
    Stream<DynamicTest> saysOfOneProperty() {
        return Stream.of(
                        row("a = 5", "a=5", Truth.TRUE),
                        row("a = 5", "a=007", Truth.FALSE),
                        row("a = 5", "b=5", Truth.UNKNOWN),
                        row("5 = a", "b=5", Truth.FALSE),
                        row("a = 5", "a=five", Truth.FAILED),
                        row("a = 5", "a=5.0", Truth.FAILED),
                        row("a = 5.0", "a=5", Truth.TRUE),
                        row("a <> 5", "a=6", Truth.TRUE),
                        row("a <> 5", "b=6", Truth.UNKNOWN),
                        row("a = '5'", "a=5", Truth.TRUE),
                        row("a = '5'", "a=05", Truth.FALSE),
                        row("a = 'it''s'", "a=it's", Truth.TRUE),
                        row("a = 'über'", "a=über", Truth.TRUE),
                        row("a > 5", "a=5000000000", Truth.FAILED),
                        row("a > 5000000000", "a=5000000001", Truth.TRUE),
                        row("a > 0.5", "a=5000000000", Truth.TRUE),
                        row("a > 1e3", "a= 1000.5 ", Truth.TRUE),
                        row("a >= -5", "a=-5", Truth.TRUE),
                        row("5 < a", "a=6", Truth.TRUE),
                        row("a > b", "a=1", Truth.UNKNOWN),
                        row("a = b", "c=1", Truth.TRUE),
                        row("a = TRUE", "a=TruE", Truth.TRUE),
                        row("a = FALSE", "a=anything", Truth.TRUE),
                        row("TRUE = a", "a=true", Truth.FAILED),
                        row("a BETWEEN 2 AND 4", "a=4", Truth.TRUE),
                        row("a BETWEEN 2 AND 4", "a=5", Truth.FALSE),
                        row("a NOT BETWEEN 2 AND 4", "a=5", Truth.TRUE),
                        row("a NOT BETWEEN 2 AND 4", "b=5", Truth.UNKNOWN),
                        row("a IN ('x', 'y')", "a=y", Truth.TRUE),
                        row("a NOT IN ('x', 'y')", "a=z", Truth.TRUE),
                        row("a NOT IN ('x', 'y')", "b=z", Truth.UNKNOWN),
                        row("a IS NULL", "b=1", Truth.TRUE),
                        row("a IS NOT NULL", "a=1", Truth.TRUE),
                        row("a CONTAINS 'el'", "a=hello", Truth.TRUE),
                        row("a NOT CONTAINS 'el'", "a=hello", Truth.FALSE),
                        row("a NOT CONTAINS 'el'", "b=hello", Truth.FALSE),
                        row("a NOT CONTAINS ''", "a=hello", Truth.FALSE),
                        row("a STARTSWITH 'he'", "a=hello", Truth.TRUE),
                        row("a ENDSWITH 'lo'", "a=hello", Truth.TRUE),
                        row("a NOT ENDSWITH 'lo'", "a=help", Truth.TRUE),
                        row("a", "a=true", Truth.FALSE),
                        row("a", "b=true", Truth.UNKNOWN),
                        row("-a = 5", "a=-5", Truth.UNKNOWN),
                        row("NOT a = 5", "a=5", Truth.FALSE),
                        row("a > 5 OR TRUE", "a=x", Truth.FAILED),
                        row("TRUE OR a > 5", "a=x", Truth.TRUE),
                        row("FALSE AND a > 5", "a=x", Truth.FALSE),
                        row("NULL OR a = 5", "a=5", Truth.TRUE),
                        row("NULL AND a = 5", "a=6", Truth.FALSE),
                        row("TAGS = 'A' aNd KEYS Is nOT nUll", "TAGS=A", Truth.FALSE))
                .map(row -> DynamicTest.dynamicTest(
                        row.expression() + " on " + row.pair(),
                        () -> assertThat(truth(row.expression(), row.pair())).isEqualTo(row.truth())));
    }

    @Test
    void bindsAndTighterThanOr() {
        String expression = "a = 1 OR b = 1 AND c = 1";

        SoftAssertions.assertSoftly(softly -> {
            softly.assertThat(matches(expression, "a=1", "b=0", "c=0")).isTrue();
            softly.assertThat(matches(expression, "a=0", "b=1", "c=1")).isTrue();
            softly.assertThat(matches(expression, "a=0", "b=1", "c=0")).isFalse();
            softly.assertThat(matches("(a = 1 OR b = 1) AND c = 1", "a=1", "b=0", "c=0"))
                    .isFalse();
        });
    }

    @Test
    void takesTheLastValueOfARepeatedName() {
        assertThat(matches("a = 2", "a=1", "b=x", "a=2")).isTrue();
    }

    @Test
    void skipsBlanksAndComments() {
        assertThat(matches("/* first */ a -- second\n=\t5\r\n", "a=5")).isTrue();
    }

    @Test
    void judgesTheDeepestAndTheLongestExpressions() {
        String nested = "NOT (".repeat(Parser.DEPTH_MAX / 2) + "a = 1" + ")".repeat(Parser.DEPTH_MAX / 2);
        String chained = "a = 1" + " = TRUE".repeat(Parser.CHAINED_MAX);
        String wide = "a = 2 OR ".repeat(Parser.TERMS_MAX - 1) + "a = 1";
        String many = "a IN ('x'" + ", '1'".repeat(Parser.TEXTS_MAX - 1) + ")";

        assertThat(Stream.of(nested, chained, wide, many)).allMatch(expression -> matches(expression, "a=1"));
    }

    @Test
    void showsItsText() {
        assertThat(sql("a  = 1")).hasToString("a  = 1");
        assertThat(sql("a = 1").accepts(7)).isTrue();
    }
}
