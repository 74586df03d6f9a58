package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.RecordRules;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A search for a history that violates an invariant, with copies or surroundings that lack a rule.
 *
 * <p>Owner: one test.
 */
public final class Hunt {
    private static final long QUIET_MAX_MS = 8_000;

    private final CopyMaker copies;
    private UnaryOperator<Plan> plans = plan -> plan;
    private Family family = Family.MIXED;
    private List<Integer> groups = List.of(2, 3, 3);
    private RecordCheck rules = RecordRules::violations;
    private long hint = 1;

    /**
     * What was found.
     *
     * @param seeds how many were needed
     */
    public record Catch(long seeds, String invariant) {}

    private Hunt(CopyMaker copies) {
        this.copies = copies;
    }

    public static Hunt with(CopyMaker copies) {
        return new Hunt(copies);
    }

    /** With a family of faults, by name. */
    public Hunt among(String name) {
        family = Family.valueOf(name);
        return this;
    }

    public Hunt ofCopies(Integer... counts) {
        groups = List.of(counts);
        return this;
    }

    /** A store that refuses nothing, so that what the copies check is not checked twice. */
    public Hunt withoutRecordRules() {
        rules = (now, next) -> List.of();
        return this;
    }

    public Hunt flushing(boolean isSync) {
        return planned(plan -> plan.withFlush(isSync));
    }

    public Hunt withMinimum(int minInSync) {
        return planned(plan -> plan.withMinInSync(minInSync));
    }

    /** Without something that is done around the copies; by its name. */
    public Hunt leavingOut(String name) {
        return planned(plan -> plan.with(Plan.LeftOut.valueOf(name)));
    }

    /** A seed that is known to do; it is tried before the others. */
    public Hunt hinted(long seed) {
        hint = seed;
        return this;
    }

    private Hunt planned(UnaryOperator<Plan> change) {
        UnaryOperator<Plan> before = plans;
        plans = plan -> change.apply(before.apply(plan));
        return this;
    }

    /** Whether the known seed still does. */
    public Optional<Catch> runHint() {
        return violation(hint).map(invariant -> new Catch(1, invariant));
    }

    /** Tries seeds until one violates safety; liveness does not count. */
    public Optional<Catch> run(long seedsMax) {
        for (long seed = 1; seed <= seedsMax; seed++) {
            Optional<String> found = violation(seed);
            if (found.isPresent()) {
                return Optional.of(new Catch(seed, found.get()));
            }
        }
        return Optional.empty();
    }

    private Optional<String> violation(long seed) {
        Dice dice = new Dice(seed);
        Plan drawn = Plan.of(dice, family, dice.pick(groups));
        Plan plan = plans.apply(drawn.withAcks(GroupSpec.Acks.ALL_IN_SYNC));
        return Simulation.run(seed, plan, copies, rules, QUIET_MAX_MS)
                .violation()
                .filter(Violation::isSafety)
                .map(Violation::invariant);
    }
}
