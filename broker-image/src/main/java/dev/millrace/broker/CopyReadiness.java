package dev.millrace.broker;

import java.util.List;

/**
 * What {@code /ready} shows of a copy of a broker group. Public, since the JSON writer reads it from another package.
 *
 * @param number of the copy, 0 or more
 * @param epoch of the mastership it has or follows; 0 for none
 * @param master {@code host:port} of the master for clients; empty if there is none or it is this copy
 * @param inSync numbers of the copies that the election record names as in sync; empty without a record
 * @param committed position up to which the group has everything, as far as this copy knows
 * @param behindBytes how much of the master's log is not here
 * @param conditions what an operator should know, see {@code docs/failover.md}
 */
public record CopyReadiness(
        int number,
        long epoch,
        String master,
        List<Integer> inSync,
        long committed,
        long behindBytes,
        List<String> conditions) {}
