package dev.millrace.broker.filter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class FilterCacheTest {
    private final FilterCache cache = new FilterCache();

    @Test
    void compilesAnExpressionOnce() {
        FilterOutcome first = cache.outcome("SQL92", "a = 1");

        assertThat(cache.outcome("SQL92", "a = 1")).isSameAs(first);
        assertThat(Expressions.accepted(cache.outcome("TAG", "a = 1"))).isInstanceOf(TagFilter.class);
    }

    @Test
    void keepsWhatIsUsedAndABoundedNumber() {
        FilterOutcome used = cache.outcome("SQL92", "a = 1");
        for (int i = 0; i < 10 * FilterCache.COUNT_MAX; i++) {
            cache.outcome("SQL92", "b = " + i);
            assertThat(cache.outcome("SQL92", "a = 1")).isSameAs(used);
        }

        assertThat(cache.count()).isLessThanOrEqualTo(2 * FilterCache.COUNT_MAX);
    }

    @Test
    void keepsABoundedNumberOfCharacters() {
        String text = "x".repeat(30_000);
        for (int i = 0; i < 1000; i++) {
            cache.outcome("SQL92", "a = '" + text + i + "'");
        }

        assertThat(cache.count()).isLessThanOrEqualTo(2 * (int) (FilterCache.CHARS_MAX / text.length() + 1));
    }
}
