package dev.millrace.e2e.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.broker.filter.FilterOutcome;
import dev.millrace.broker.filter.SqlFilter;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The filters of our broker, over property bytes as records hold them. Thread-safe: stateless. */
final class OurFilters {
    private OurFilters() {}

    /** Empty if the expression is refused. */
    static Optional<PropertyFilter> compile(String expression) {
        if (!(FilterOutcome.of("SQL92", expression) instanceof FilterOutcome.Accepted accepted)) {
            return Optional.empty();
        }
        SqlFilter filter = (SqlFilter) accepted.filter();
        return Optional.of(properties -> {
            StringBuilder block = new StringBuilder("..");
            properties.forEach((name, value) ->
                    block.append(name).append('\u0001').append(value).append('\u0002'));
            byte[] bytes = block.toString().getBytes(UTF_8);
            return filter.acceptsProperties(ByteBuffer.wrap(bytes), 2, bytes.length - 2);
        });
    }

    /** Why an expression is refused; empty if it is not. */
    static String reason(String expression) {
        return FilterOutcome.of("SQL92", expression) instanceof FilterOutcome.Refused refused ? refused.reason() : "";
    }

    static boolean isRefusedForItsRest(String reason) {
        return reason.contains("stands where a comparison, AND, OR or the end is expected");
    }

    /** The column that a reason names, from 1. */
    static int column(String reason) {
        int start = reason.indexOf("column ") + "column ".length();
        return Integer.parseInt(reason.substring(start, reason.indexOf(':', start)));
    }
}
