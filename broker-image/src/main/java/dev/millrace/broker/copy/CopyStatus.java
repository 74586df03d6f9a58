package dev.millrace.broker.copy;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.RoleView;
import java.util.Optional;

/**
 * A copy at a moment. Thread-safe: immutable.
 *
 * @param copy its number
 * @param record the newest election record it knows
 * @param end of its log
 * @param masterEnd end of the master's log, as it told last; 0 if it did not
 */
public record CopyStatus(int copy, RoleView view, Optional<GroupRecord> record, long end, long masterEnd) {
    /** Whether it is master and takes sends. */
    public boolean isOpenMaster() {
        return view.role() == RoleView.Role.MASTER && view.isWritable();
    }

    /** Whether it was elected in the epoch that the view names. */
    public boolean isMastership() {
        return switch (view.role()) {
            case WINNER, MASTER, STEPPING_DOWN -> true;
            case BOOTSTRAPPING, REPLICA, FENCED, DIVERGED -> false;
        };
    }

    /** How much of the master's log is not here. */
    public long behindBytes() {
        return isMastership() ? 0 : Math.max(0, masterEnd - end);
    }
}
