package dev.millrace.broker.deduplication;

import dev.millrace.store.AppendOutcome;

/** What became of the first message with an id. */
public sealed interface Ending {
    /** It is stored, as durable as its sender wanted. */
    record Stored(Receipt receipt) implements Ending {}

    /** It was not stored; the next one with its id is the first again. */
    record Refused(AppendOutcome outcome) implements Ending {}
}
