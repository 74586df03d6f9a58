package dev.millrace.client.idempotent;

import java.time.Duration;

/** What a store says to a claim. */
public sealed interface ClaimOutcome {
    /** The claim is ours until the lease is over. */
    record Claimed(Claim claim) implements ClaimOutcome {}

    /** It was done before; do nothing. */
    record Done() implements ClaimOutcome {}

    /**
     * Another consumer works on it.
     *
     * @param leaseLeft how long its lease lasts if it is not renewed; zero if the store can't say
     */
    record Held(Duration leaseLeft) implements ClaimOutcome {}
}
