package dev.millrace.broker.deduplication;

import java.util.concurrent.CompletableFuture;

/** What a window says of a message that is about to be stored. */
public sealed interface Claim {
    /** It is the first with its id: who asked stores it and tells the flight how that ended. */
    record First(Flight flight) implements Claim {}

    /** It repeats a message; the answer is that one's end, which may be yet to come. */
    record Repeated(CompletableFuture<Ending> ending) implements Claim {}
}
