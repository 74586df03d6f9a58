package dev.millrace.broker.role;

import java.util.Optional;
import java.util.Set;

/**
 * What a copy is at a moment. Thread-safe: immutable.
 *
 * @param epoch of the mastership it has or follows; 0 for none
 * @param master address of the master for clients, empty if unknown or this copy
 * @param isWritable appends are taken
 * @param isReadable reads up to {@code committed} are answered
 * @param committed everything before it is on every copy that is waited for; never falls
 * @param inheritedEnd end of the log when this master was elected; until committed reaches it, reads above committed wait
 * @param conditions what an operator should know
 */
public record RoleView(
        Role role,
        long epoch,
        Optional<String> master,
        boolean isWritable,
        boolean isReadable,
        long committed,
        long inheritedEnd,
        Set<Condition> conditions) {
    /** What a copy does. */
    public enum Role {
        /** Its store is not open yet, or no record is known. */
        BOOTSTRAPPING,
        REPLICA,
        /** Elected; not all is forced, or too few follow. */
        WINNER,
        MASTER,
        STEPPING_DOWN,
        FENCED,
        /** It would have to cut what it knows to be committed. It does nothing until somebody decides. */
        DIVERGED
    }

    /** What an operator should know. */
    public enum Condition {
        RECORD_UNREACHABLE,
        ELECTION_RECORD_REGRESSED,
        POSSIBLE_LOSS,
        VOLATILE,
        TOO_FEW_IN_SYNC,
        LEASE_LOST
    }
}
