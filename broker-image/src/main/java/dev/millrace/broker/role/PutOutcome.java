package dev.millrace.broker.role;

import java.util.List;

/** What became of a write of the record. Thread-safe: immutable. */
public sealed interface PutOutcome {
    /** It is the record now; {@code state} is what the store has since. */
    record Written(GroupState state) implements PutOutcome {}

    /** Somebody was faster: the version or the uid differs. It will not be written. */
    record Conflict() implements PutOutcome {}

    /** A rule forbids it. It will not be written. */
    record Refused(List<String> violations) implements PutOutcome {}

    /** No answer, or one that does not say: it may have been written, or may be yet. */
    record Unknown(String cause) implements PutOutcome {}
}
