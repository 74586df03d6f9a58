package dev.millrace.broker.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.store.EntryFilter;
import java.nio.ByteBuffer;

/** What the tests of this package share. Thread-safe: stateless. */
final class Expressions {
    private Expressions() {}

    /** Property bytes of {@code name=value} pairs. */
    static byte[] block(String... pairs) {
        StringBuilder block = new StringBuilder();
        for (String pair : pairs) {
            int at = pair.indexOf('=');
            block.append(pair, 0, at)
                    .append('\u0001')
                    .append(pair.substring(at + 1))
                    .append('\u0002');
        }
        return block.toString().getBytes(UTF_8);
    }

    static SqlFilter sql(String expression) {
        return switch (FilterOutcome.of(FilterOutcome.SQL92, expression)) {
            case FilterOutcome.Accepted accepted -> (SqlFilter) accepted.filter();
            case FilterOutcome.Refused refused -> throw new AssertionError(refused.reason());
        };
    }

    static boolean matches(String expression, String... pairs) {
        byte[] bytes = block(pairs);
        return sql(expression).acceptsProperties(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    /** What the condition says: {@code TRUE}, {@code FALSE}, {@code UNKNOWN} or {@code FAILED}. */
    static Truth truth(String expression, String... pairs) {
        if (matches(expression, pairs)) {
            return Truth.TRUE;
        }
        if (matches("NOT (" + expression + ")", pairs)) {
            return Truth.FALSE;
        }
        return matches("(" + expression + ") IS NULL", pairs) ? Truth.UNKNOWN : Truth.FAILED;
    }

    static String reason(String expression) {
        return FilterOutcome.of(FilterOutcome.SQL92, expression) instanceof FilterOutcome.Refused refused
                ? refused.reason()
                : "";
    }

    static EntryFilter accepted(FilterOutcome outcome) {
        if (outcome instanceof FilterOutcome.Accepted accepted) {
            return accepted.filter();
        }
        throw new AssertionError(outcome);
    }
}
