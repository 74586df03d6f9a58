package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.GroupSpec;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What kind of group is simulated, and what goes wrong. Thread-safe: immutable.
 *
 * @param isForceAwaited flush {@code Sync}
 * @param isStoreSlow an answer of the store takes as long as other things
 * @param isStreamSlow a follower that lacks something takes a while to get it
 * @param faultsMs how long faults happen
 */
record Plan(
        int copies,
        int minInSync,
        GroupSpec.Acks acks,
        boolean isForceAwaited,
        Family family,
        LeftOut leftOut,
        boolean isStoreSlow,
        boolean isStreamSlow,
        long faultsMs) {
    static final GroupSpec.Timers TIMERS = new GroupSpec.Timers(600, 1_000, 100, 50, 3, 1);

    /** What those around the copies leave out, for mutations. */
    enum LeftOut {
        NOTHING,
        /** A loss is approved once the lease is over, though members may live. */
        MEMBERS_GONE,
        /** The record is rebuilt from the first report. */
        ALL_REPORTS,
        /** Whatever stands in the log is read. */
        READ_COMMITTED,
        /** A restart of the process clears the volatile mark. */
        VOLATILE_STAYS
    }

    /** The usual mix for a seed. */
    static Plan of(Dice dice) {
        Family family = dice.pick(Family.USUAL);
        int copies = family == Family.UNCLEAN ? 3 : dice.pick(List.of(2, 2, 3, 3, 3, 3, 4, 5));
        return of(dice, family, copies);
    }

    static Plan of(Dice dice, Family family, int copies) {
        int minInSync = dice.chance(0.5) ? 1 : (int) dice.between(1, Math.min(copies, 3));
        boolean isForceAwaited = dice.chance(0.5);
        return new Plan(
                copies,
                minInSync,
                dice.chance(0.1) ? GroupSpec.Acks.ASYNC : GroupSpec.Acks.ALL_IN_SYNC,
                isForceAwaited,
                family,
                LeftOut.NOTHING,
                dice.chance(0.2),
                dice.chance(0.3),
                dice.between(5_000, 20_000));
    }

    Plan with(LeftOut missing) {
        return new Plan(copies, minInSync, acks, isForceAwaited, family, missing, isStoreSlow, isStreamSlow, faultsMs);
    }

    Plan withMinInSync(int minimum) {
        return new Plan(copies, minimum, acks, isForceAwaited, family, leftOut, isStoreSlow, isStreamSlow, faultsMs);
    }

    Plan withFlush(boolean isSync) {
        return new Plan(copies, minInSync, acks, isSync, family, leftOut, isStoreSlow, isStreamSlow, faultsMs);
    }

    Plan withAcks(GroupSpec.Acks wanted) {
        return new Plan(
                copies, minInSync, wanted, isForceAwaited, family, leftOut, isStoreSlow, isStreamSlow, faultsMs);
    }

    GroupSpec spec() {
        return new GroupSpec(
                "c",
                "g0",
                copies,
                minInSync,
                acks,
                GroupSpec.Cordon.NONE,
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                TIMERS);
    }
}
