package dev.millrace.broker.filter;

import dev.millrace.protocol.message.TagHash;
import dev.millrace.store.EntryFilter;
import java.util.Arrays;
import java.util.Optional;

/**
 * Accepts queue entries by the hash of their tag: {@code *} or blank for all, else tags separated by {@code ||}. Clients
 * compare the tags themselves, so a shared hash only costs a transfer.
 *
 * <p>Thread-safe: immutable.
 */
public final class TagFilter implements EntryFilter {
    public static final TagFilter ALL = new TagFilter(new long[0]);

    private static final int TAGS_MAX = 1024;

    private final long[] hashes;

    private TagFilter(long[] hashes) {
        this.hashes = hashes;
    }

    /** The filter of an expression; empty if it has no tag between its separators. */
    public static Optional<TagFilter> parse(String expression) {
        String text = expression.strip();
        if (text.isEmpty() || text.equals("*")) {
            return Optional.of(ALL);
        }
        long[] hashes = Arrays.stream(text.split("\\|\\|", TAGS_MAX))
                .map(String::strip)
                .filter(tag -> !tag.isEmpty())
                .mapToLong(TagHash::of)
                .toArray();
        return hashes.length == 0 ? Optional.empty() : Optional.of(new TagFilter(hashes));
    }

    @Override
    public boolean accepts(long tagHash) {
        if (hashes.length == 0) {
            return true;
        }
        for (long hash : hashes) {
            if (hash == tagHash) {
                return true;
            }
        }
        return false;
    }
}
