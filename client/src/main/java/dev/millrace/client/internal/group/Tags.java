package dev.millrace.client.internal.group;

import dev.millrace.client.Filter;
import java.util.LinkedHashSet;
import java.util.Set;

/** The tags of a filter expression. Stateless. */
public final class Tags {
    private Tags() {}

    /** The tags that a filter names; empty if it takes all or is no tag filter. */
    public static Set<String> of(Filter filter) {
        Set<String> tags = new LinkedHashSet<>();
        if (filter.type() == Filter.Type.TAG && !filter.isAll()) {
            for (String tag : filter.expression().split("\\|\\|", -1)) {
                if (!tag.isBlank()) {
                    tags.add(tag.trim());
                }
            }
        }
        return tags;
    }
}
