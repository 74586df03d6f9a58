package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupState;
import java.util.List;

/** What the store refuses. */
@FunctionalInterface
interface RecordCheck {
    List<String> violations(GroupState now, GroupRecord next);
}
