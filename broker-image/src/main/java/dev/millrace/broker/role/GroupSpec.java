package dev.millrace.broker.role;

import java.util.Optional;
import java.util.Set;

/**
 * What is wanted of a broker group; its copies obey and never write it. Thread-safe: immutable.
 *
 * @param cluster name of the cluster
 * @param group name of the broker group
 * @param copies 1 to 5, the master included
 * @param minInSync fewest members that a set may have, 1 to {@code copies}
 * @param acks what an acknowledgement says
 * @param cordon what clients may do
 * @param fenced copies that refuse everything and never elect themselves
 * @param switchover a request; the master decides when it is safe
 * @param uncleanElection a human's approval that a copy outside the set becomes master
 * @param repairApproval id of a human's or operator's repair in progress
 * @param timers what is waited for how long
 */
public record GroupSpec(
        String cluster,
        String group,
        int copies,
        int minInSync,
        Acks acks,
        Cordon cordon,
        Set<Integer> fenced,
        Optional<Switchover> switchover,
        Optional<Unclean> uncleanElection,
        Optional<String> repairApproval,
        Timers timers) {
    /** What an acknowledgement says. */
    public enum Acks {
        /** Every member of the set has the message. */
        ALL_IN_SYNC,
        /** The master has it. */
        ASYNC
    }

    /** What clients may do. */
    public enum Cordon {
        NONE,
        NO_WRITE,
        CLOSED
    }

    /**
     * A wish for another master.
     *
     * @param to number of the copy
     * @param requestId differs for each wish
     */
    public record Switchover(int to, String requestId) {}

    /**
     * A human's approval of a loss.
     *
     * @param replica the copy that may become master
     * @param approvalId differs for each approval
     */
    public record Unclean(int replica, String approvalId) {}

    /**
     * How long is waited; all positive.
     *
     * @param suspicionMs silence of the master after which its port is probed
     * @param shrinkMs silence of a member after which the master takes it out of the set
     * @param askMs for the answers of the other copies before a write
     * @param rankMs by how much each rank waits longer before it elects itself
     * @param leaseSeconds how long a lease lasts
     * @param renewSeconds how often it is renewed
     */
    public record Timers(long suspicionMs, long shrinkMs, long askMs, long rankMs, int leaseSeconds, int renewSeconds) {
        public static final Timers USUAL = new Timers(3_000, 5_000, 300, 150, 10, 3);
    }

    public GroupSpec {
        fenced = Set.copyOf(fenced);
    }

    public GroupSpec withMinInSync(int count) {
        return new GroupSpec(
                cluster,
                group,
                copies,
                count,
                acks,
                cordon,
                fenced,
                switchover,
                uncleanElection,
                repairApproval,
                timers);
    }

    public GroupSpec withFenced(Set<Integer> replicas) {
        return new GroupSpec(
                cluster,
                group,
                copies,
                minInSync,
                acks,
                cordon,
                replicas,
                switchover,
                uncleanElection,
                repairApproval,
                timers);
    }

    public GroupSpec withSwitchover(Optional<Switchover> wish) {
        return new GroupSpec(
                cluster, group, copies, minInSync, acks, cordon, fenced, wish, uncleanElection, repairApproval, timers);
    }

    public GroupSpec withUncleanElection(Optional<Unclean> approval) {
        return new GroupSpec(
                cluster, group, copies, minInSync, acks, cordon, fenced, switchover, approval, repairApproval, timers);
    }

    public GroupSpec withRepairApproval(Optional<String> approval) {
        return new GroupSpec(
                cluster, group, copies, minInSync, acks, cordon, fenced, switchover, uncleanElection, approval, timers);
    }
}
