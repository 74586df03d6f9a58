package dev.millrace.protocol.body;

import java.util.List;

/** How far the copies of a broker's log are; positions in bytes. */
public record ReplicationStatus(
        List<Copy> haConnectionInfo, int inSyncSlaveNums, boolean master, long masterCommitLogMaxOffset) {
    /** One copy. */
    public record Copy(
            String addr,
            long diff,
            boolean inSync,
            long slaveAckOffset,
            long transferFromWhere,
            long transferredByteInSecond) {}
}
