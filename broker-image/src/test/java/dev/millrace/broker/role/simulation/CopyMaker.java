package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Copy;
import dev.millrace.broker.role.CopyIdentity;
import dev.millrace.broker.role.StoredState;

/** Makes the copies of a simulation: as they are, or with a rule dropped. */
@FunctionalInterface
public interface CopyMaker {
    Copy make(CopyIdentity identity, StoredState stored);
}
