package dev.millrace.broker.filter;

import dev.millrace.store.EntryFilter;
import org.jspecify.annotations.Nullable;

/** What becomes of a filter expression. Thread-safe: immutable. */
public sealed interface FilterOutcome {
    String TAG = "TAG";
    String SQL92 = "SQL92";

    /** The expression can be used. */
    record Accepted(EntryFilter filter) implements FilterOutcome {}

    /** @param reason what is wrong, where, and what to write; one line */
    record Refused(String reason) implements FilterOutcome {}

    /** @param type how the expression is read; null or empty for tags */
    static FilterOutcome of(@Nullable String type, String expression) {
        if (isTag(type)) {
            return TagFilter.parse(expression)
                    .<FilterOutcome>map(Accepted::new)
                    .orElseGet(() ->
                            new Refused("the tag expression '" + expression + "' has no tag; write TagA || TagB or *"));
        }
        if (!SQL92.equals(type)) {
            return new Refused("the filter type '" + type + "' is unknown; use " + TAG + " or " + SQL92);
        }
        try {
            return new Accepted(SqlFilter.compile(expression));
        } catch (ExpressionException e) {
            return new Refused(e.reason());
        }
    }

    private static boolean isTag(@Nullable String type) {
        return type == null || type.isEmpty() || type.equals(TAG);
    }
}
