package dev.millrace.broker.role;

import java.util.Optional;

/**
 * What a copy wants of the record. Thread-safe: immutable.
 *
 * @param member who leaves or joins; empty for the others
 */
record Intent(Kind kind, Optional<Member> member) {
    enum Kind {
        ELECT,
        SHRINK,
        EXPAND,
        STEP_DOWN
    }

    static Intent of(Kind kind) {
        return new Intent(kind, Optional.empty());
    }

    static Intent of(Kind kind, Member member) {
        return new Intent(kind, Optional.of(member));
    }
}
