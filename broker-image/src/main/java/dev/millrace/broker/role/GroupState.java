package dev.millrace.broker.role;

import java.util.Optional;

/**
 * A broker group as its record store has it. Thread-safe: immutable.
 *
 * @param uid differs when the group was deleted and made again
 * @param version changes with every write of spec or record; compared for equality only
 * @param record empty until the first one is written
 */
public record GroupState(String uid, String version, GroupSpec spec, Optional<GroupRecord> record) {}
