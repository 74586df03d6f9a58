package dev.millrace.broker.role;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.broker.role.simulation.Hunt;
import dev.millrace.store.epoch.EpochHistory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule of the protocol is needed: without it the simulation finds a history that loses something. A seed that once did is
 * tried first, then others; {@code -Dmutation.count=true} counts from the first seed on and prints the table.
 */
final class MutationTest {
    private static final long SEEDS_MAX = Long.getLong("mutation.seeds", 2_000);
    private static final boolean IS_COUNTED = Boolean.getBoolean("mutation.count");

    /** A rule, and copies that lack it. */
    record Mutation(String rule, Hunt hunt) {
        @Override
        public String toString() {
            return rule;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutations")
    void findsALossWithoutTheRule(Mutation mutation) {
        Optional<Hunt.Catch> known =
                IS_COUNTED ? Optional.empty() : mutation.hunt().runHint();
        Optional<Hunt.Catch> caught = known.or(() -> mutation.hunt().run(SEEDS_MAX));

        if (IS_COUNTED) {
            System.out.println(row(mutation.rule(), caught));
            return;
        }
        assertThat(caught)
                .as("%d seeds without a violation; see -Dmutation.seeds", SEEDS_MAX)
                .isPresent();
    }

    /** A line of the table in docs/failover.md. */
    private static String row(String rule, Optional<Hunt.Catch> caught) {
        return "| " + rule + " | "
                + caught.map(found -> found.seeds() + " | " + found.invariant()).orElse("- | -") + " |";
    }

    static Stream<Mutation> mutations() {
        List<Mutation> all = new ArrayList<>();
        all.addAll(setMutations());
        all.addAll(sessionMutations());
        all.addAll(powerMutations());
        all.addAll(recordMutations());
        if (IS_COUNTED) {
            all.addAll(rareMutations());
        }
        return all.stream();
    }

    private static Hunt without(Checks checks) {
        return Hunt.with((identity, stored) -> new Copy(identity, stored, checks));
    }

    private static Hunt usual() {
        return without(new Checks());
    }

    private static Mutation mutation(String rule, Hunt hunt) {
        return new Mutation(rule, hunt);
    }

    private static List<Mutation> setMutations() {
        Checks shrinksAtOnce = new Checks() {
            @Override
            List<Member> waitedFor(GroupRecord confirmed, Optional<GroupRecord> pending) {
                return pending.filter(next ->
                                next.syncSet().size() < confirmed.syncSet().size())
                        .map(GroupRecord::syncSet)
                        .orElse(super.waitedFor(confirmed, pending));
            }
        };
        Checks expandsLate = new Checks() {
            @Override
            List<Member> waitedFor(GroupRecord confirmed, Optional<GroupRecord> pending) {
                return confirmed.syncSet();
            }
        };
        Checks forgetsInherited = new Checks() {
            @Override
            long expandFloor(long committed, long inheritedEnd) {
                return committed;
            }
        };
        Checks electsAnybody = new Checks() {
            @Override
            boolean isElectable(GroupRecord record, Member me) {
                return true;
            }
        };
        Checks comparesNumbers = new Checks() {
            @Override
            boolean isMember(Collection<Member> members, Member member) {
                return members.stream().anyMatch(other -> other.replica() == member.replica());
            }
        };
        return List.of(
                mutation(
                        "wait until the shrink is confirmed (1)",
                        without(shrinksAtOnce).among("SETS")),
                mutation(
                        "wait for old and new in an expand (2)",
                        without(expandsLate).among("SETS")),
                mutation(
                        "inherited end in an expand (2)",
                        without(forgetsInherited).among("POWER")),
                mutation(
                        "only a member is elected (3)",
                        without(electsAnybody).among("SETS").withoutRecordRules()),
                mutation(
                        "storage id compared (2 to 4)",
                        without(comparesNumbers).among("POWER").withoutRecordRules()));
    }

    private static List<Mutation> sessionMutations() {
        Checks remembers = new Checks() {
            @Override
            long heardAtBegin(long heardBefore) {
                return heardBefore;
            }
        };
        Checks cutsByLength = new Checks() {
            @Override
            long cutAt(EpochHistory master, long masterEnd, EpochHistory follower, long followerEnd) {
                return Math.min(masterEnd, followerEnd);
            }
        };
        Checks inheritsCommitted = new Checks() {
            @Override
            long committedAtElection(long committed, long inheritedEnd) {
                return inheritedEnd;
            }
        };
        Checks resumes = new Checks() {
            @Override
            boolean isResumed(GroupRecord record, Member me) {
                return record.hasMaster() && record.master().equals(me);
            }
        };
        return List.of(
                mutation(
                        "heard positions forgotten per session (4)",
                        without(remembers).among("POWER").flushing(false).hinted(1188)),
                mutation("cut by epoch history (4)", without(cutsByLength).among("NETWORK")),
                mutation("read only committed", usual().among("NETWORK").leavingOut("READ_COMMITTED")),
                mutation(
                        "inherited is not yet committed (4)",
                        without(inheritsCommitted).among("NETWORK").ofCopies(3)),
                mutation(
                        "mastership ends with the process (4)", without(resumes).among("MIXED")));
    }

    private static List<Mutation> powerMutations() {
        Checks electsVolatile = new Checks() {
            @Override
            boolean mayVolatileElect(GroupRecord record, Message.Report own, Collection<Message.Report> others) {
                return true;
            }
        };
        Checks electsVolatileAlone = new Checks() {
            @Override
            boolean mayVolatileElect(GroupRecord record, Message.Report own, Collection<Message.Report> others) {
                return others.isEmpty() || super.mayVolatileElect(record, own, others);
            }
        };
        Checks acknowledgesUnforced = new Checks() {
            @Override
            long acknowledged(boolean isForceAwaited, long end, long forced) {
                return end;
            }
        };
        return List.of(
                mutation(
                        "volatile does not elect (5)",
                        without(electsVolatile).among("POWER").flushing(false)),
                mutation(
                        "... unless nobody is reachable (5)",
                        without(electsVolatileAlone).among("POWER").flushing(false)),
                mutation(
                        "volatile mark stays over a restart (5)",
                        usual().among("POWER").flushing(false).leavingOut("VOLATILE_STAYS")),
                mutation(
                        "acknowledge after force (Sync)",
                        without(acknowledgesUnforced).among("POWER").flushing(true)));
    }

    private static List<Mutation> recordMutations() {
        Checks givesUp = new Checks() {
            @Override
            boolean isLost(GroupState now, GroupState basis, GroupRecord next) {
                return true;
            }
        };
        Checks needsNoLease = new Checks() {
            @Override
            boolean isLeaseNeeded(GroupSpec spec, Collection<Member> waitedFor) {
                return false;
            }
        };
        Checks opensUnread = new Checks() {
            @Override
            boolean isReadAfterLease() {
                return false;
            }
        };
        Checks asksNobody = new Checks() {
            @Override
            boolean isNewerElsewhere(Optional<GroupRecord> read, Collection<Message.Report> reports) {
                return false;
            }
        };
        return List.of(
                mutation(
                        "unknown is not failed (10)",
                        without(givesUp).among("RECORD_LINK").hinted(18106)),
                mutation(
                        "lease before an unclean election (8, 9)",
                        without(needsNoLease).among("UNCLEAN").ofCopies(3)),
                mutation(
                        "lease and read before opening (8)",
                        without(opensUnread).among("LATE_WINS").ofCopies(3).hinted(8876)),
                mutation(
                        "all members gone, not only the lease (9)",
                        usual().among("UNCLEAN").ofCopies(3).leavingOut("MEMBERS_GONE")),
                mutation("ask before each write (11)", without(asksNobody).among("RESTORED")),
                mutation("reports of all copies", usual().among("RECORD_LOST").leavingOut("ALL_REPORTS")));
    }

    /**
     * Rules that are kept in two places, or whose loss takes a rarer history than the seeds of a test have: counted only.
     */
    private static List<Mutation> rareMutations() {
        Checks shrinksFar = new Checks() {
            @Override
            boolean maySetShrink(int sizeAfter, int sizeBefore, int minInSync) {
                return true;
            }
        };
        Checks answersEarly = new Checks() {
            @Override
            boolean isEpochForcedFirst() {
                return false;
            }
        };
        Checks takesOld = new Checks() {
            @Override
            boolean isEpochTaken(long stored, long offered) {
                return true;
            }
        };
        Checks breaksPromises = new Checks() {
            @Override
            boolean isBoundByPromise(StoredState stored) {
                return false;
            }
        };
        return List.of(
                mutation(
                        "set >= minInSync (1, 3)",
                        without(shrinksFar)
                                .among("STALLS")
                                .withMinimum(2)
                                .ofCopies(2)
                                .flushing(false)
                                .withoutRecordRules()),
                mutation(
                        "epoch forced before it is answered (4)",
                        without(answersEarly).among("POWER").ofCopies(3)),
                mutation(
                        "refuse lower epochs (4)",
                        without(takesOld).among("SETS").ofCopies(3)),
                mutation("a report freezes", without(breaksPromises).among("RECORD_LOST")));
    }
}
