package dev.millrace.broker.filter;

import static dev.millrace.broker.filter.Expressions.reason;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Errors name the place, what stands there, and the remedy. */
final class ExpressionErrorsTest {
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("", "column 1: the expression is empty; write a condition"),
            Map.entry("a >", "column 4: the end stands where a property name, a number, a text"),
            Map.entry("a > 1 b", "column 7: 'b' stands where a comparison, AND, OR or the end is expected; join"),
            Map.entry(
                    "a LIKE 'x%'",
                    "column 3: 'LIKE' stands where a comparison, AND, OR or the end is expected; there is no"),
            Map.entry(
                    "a = 1)", "column 6: ')' stands where a comparison, AND, OR or the end is expected; it has no '('"),
            Map.entry(
                    "a = 1 -- c",
                    "column 7: '-' stands where a comparison, AND, OR or the end is expected; there is no"),
            Map.entry("a = 007", "column 6: '0' stands where"),
            Map.entry("(a = 1", "column 7: the end stands where ')', a comparison, AND or OR is expected"),
            Map.entry("a = \"x\"", "column 5: '\"' belongs to no expression; put texts in single quotes"),
            Map.entry("a != 1", "column 3: '!' belongs to no expression; write <>"),
            Map.entry("a = 1 && b = 1", "column 7: '&' belongs to no expression; write AND"),
            Map.entry("a || b", "column 3: '|' belongs to no expression; write OR"),
            Map.entry("a * 2 > 1", "column 3: '*' belongs to no expression; there is no arithmetic"),
            Map.entry("a.b = 1", "column 2: '.' belongs to no expression; property names are"),
            Map.entry("a = '\u0001' \u0001", "column 9: the character 1 belongs to no expression"),
            Map.entry("a = 'x", "column 5: a text does not end; close it with a single quote"),
            Map.entry("a = 1 /* c", "column 7: a comment does not end; close it with */"),
            Map.entry(
                    "a NOT = 1",
                    "column 7: '=' stands where BETWEEN, IN, CONTAINS, STARTSWITH or ENDSWITH is expected"),
            Map.entry("a IS 1", "column 6: '1' stands where NULL or NOT NULL is expected"),
            Map.entry(
                    "a IN (1)", "column 7: '1' stands where a text in single quotes (IN takes no numbers) is expected"),
            Map.entry("a IN ('x' 'y')", "column 11: the text 'y' stands where ',' or ')' is expected"),
            Map.entry("'x' IN ('x')", "column 5: IN compares a property only; write its name before IN"),
            Map.entry("a CONTAINS b", "column 12: 'b' stands where a text in single quotes is expected"),
            Map.entry("a > 'x'", "column 3: '>' compares numbers and properties only"),
            Map.entry("NOT a > 1", "column 7: '>' compares numbers and properties only"),
            Map.entry("a = NULL", "column 3: '=' cannot compare with NULL; write IS NULL"),
            Map.entry("TRUE = 5", "column 6: true is never equal to a number or a text"),
            Map.entry("a BETWEEN 5 AND 1", "column 3: BETWEEN 5 AND 1 holds for nothing; exchange its ends"),
            Map.entry("a = 1 AND 5", "column 11: '5' starts a value where a condition is expected; compare it"),
            Map.entry(
                    "a = 99999999999999999999",
                    "column 5: the number '99999999999999999999' is above 9223372036854775807"),
            Map.entry("a = 1e999", "column 5: the number '1e999' is outside"),
            Map.entry("a = 1e-999", "column 5: the number '1e-999' is outside"));

    @TestFactory
    Stream<DynamicTest> nameThePlaceAndTheRemedy() {
        return REASONS.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        "[" + entry.getKey() + "]",
                        () -> assertThat(reason(entry.getKey()))
                                .startsWith("SQL92 filter, ")
                                .contains(entry.getValue())
                                .doesNotContain("\n")));
    }

    @Test
    void nameEachLimit() {
        assertThat(reason("a".repeat(Parser.LENGTH_MAX + 1))).contains("32769 characters", "at most 32768");
        assertThat(reason("(".repeat(Parser.DEPTH_MAX + 1))).contains("column 101", "more than 100 parentheses");
        assertThat(reason("-".repeat(20_000) + "1 = a")).contains("more than 100 parentheses");
        assertThat(reason("a = 1" + " = TRUE".repeat(Parser.CHAINED_MAX + 1))).contains("more than 50 comparisons");
        assertThat(reason("a = 2 OR ".repeat(Parser.TERMS_MAX) + "a = 1")).contains("more than 512 comparisons");
        assertThat(reason("a OR ".repeat(Parser.TERMS_MAX) + "a")).contains("more than 512 comparisons");
        assertThat(reason("a IN ('x'" + ", '1'".repeat(Parser.TEXTS_MAX) + ")")).contains("more than 4096 texts");
    }

    @Test
    void nameAnUnknownType() {
        assertThat(FilterOutcome.of("XPATH", "a"))
                .isEqualTo(new FilterOutcome.Refused("the filter type 'XPATH' is unknown; use TAG or SQL92"));
        assertThat(FilterOutcome.of("", "||")).isInstanceOf(FilterOutcome.Refused.class);
        assertThat(FilterOutcome.of(null, "*")).isEqualTo(new FilterOutcome.Accepted(TagFilter.ALL));
    }
}
