package dev.millrace.namesrv.route;

import org.jspecify.annotations.Nullable;

/** How a registration ended. */
sealed interface RegisterOutcome {
    /**
     * The broker is in the routes.
     *
     * @param isNew it was not there before
     * @param masterAddress of its broker group, for a replica whose master is known
     * @param masterHaAddress where a replica connects to that master
     */
    record Registered(
            boolean isNew,
            @Nullable String masterAddress,
            @Nullable String masterHaAddress) implements RegisterOutcome {}

    /** Another broker holds the same id with newer topics; nothing changed, and the caller is told nothing. */
    record Ignored(String byAddress) implements RegisterOutcome {}

    /** A first registration must carry the whole table of topics, which is never a single one. */
    record Refused() implements RegisterOutcome {}
}
