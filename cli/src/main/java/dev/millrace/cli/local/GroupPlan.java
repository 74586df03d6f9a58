package dev.millrace.cli.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A broker group with several copies that should be there. Thread-safe: immutable.
 *
 * @param record folder of its election record
 * @param acks as the resource spells it
 */
record GroupPlan(
        String cluster,
        String name,
        Path record,
        int copies,
        int minInSync,
        String acks,
        Duration suspicion,
        int leaseSeconds,
        int renewSeconds) {
    /** What makes it so, as arguments of the group tool. */
    List<String> applyArguments() {
        return List.of(
                "apply",
                "--folder",
                record.toString(),
                "--cluster",
                cluster,
                "--group",
                name,
                "--copies",
                Integer.toString(copies),
                "--min-in-sync",
                Integer.toString(minInSync),
                "--acks",
                acks,
                "--suspicion-ms",
                Long.toString(suspicion.toMillis()),
                "--lease-seconds",
                Integer.toString(leaseSeconds),
                "--renew-seconds",
                Integer.toString(renewSeconds));
    }
}
