package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Effect;
import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import dev.millrace.broker.role.PutOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The store of the record, and the ways to it. Owner: one simulation. */
final class Store {
    private static final long TIMEOUT_MS = 1_000;

    private final World world;
    private final boolean[] isCut;
    private final List<GroupState> past = new ArrayList<>();
    private final List<Effect.PutRecord> underWay = new ArrayList<>();
    private boolean isDown;
    private boolean isPerfect;
    private boolean exists = true;
    private GroupState state;
    private long version = 1;
    private int uids = 1;
    private String holder = "";
    private long renewedAtMs;
    private long termMs = 1_000L * Plan.TIMERS.leaseSeconds();

    Store(World world) {
        this.world = world;
        this.isCut = new boolean[world.plan().copies()];
        this.state = new GroupState("u0", "1", world.plan().spec(), Optional.empty());
    }

    GroupState state() {
        return state;
    }

    boolean exists() {
        return exists;
    }

    List<GroupState> past() {
        return past;
    }

    void setCut(int replica, boolean cut) {
        isCut[replica] = cut;
    }

    void setDown(boolean down) {
        isDown = down;
    }

    void makePerfect() {
        isPerfect = true;
        isDown = false;
        Arrays.fill(isCut, false);
    }

    /** Sets that the record has or may get by what is under way. */
    List<List<Member>> possibleSets() {
        List<List<Member>> sets = new ArrayList<>();
        state.record().ifPresent(record -> sets.add(record.syncSet()));
        for (Effect.PutRecord put : underWay) {
            if (put.version().equals(state.version())) {
                sets.add(put.next().syncSet());
            }
        }
        return sets;
    }

    boolean isLeaseOver() {
        return world.scheduler().nowMs() - renewedAtMs >= termMs;
    }

    private long delayMs() {
        Dice dice = world.dice();
        if (!isPerfect && dice.chance(0.04)) {
            return dice.chance(0.5) ? dice.between(50, 900) : dice.between(900, 5_000);
        }
        if (!isPerfect && world.plan().isStoreSlow()) {
            return dice.between(10, 300);
        }
        return dice.between(1, 10);
    }

    /** Whether a request or an answer gets lost now. */
    private boolean isLost(CopyProcess process) {
        return isDown
                || isCut[process.node().replica]
                || (!isPerfect && world.dice().chance(0.03));
    }

    void read(CopyProcess process, long readId) {
        if (isLost(process)) {
            process.later(
                    world.dice().between(1, TIMEOUT_MS),
                    () -> process.deliver(new Event.ReadFailed(readId, "no answer")));
            return;
        }
        world.scheduler().after(delayMs(), () -> {
            boolean isFound = exists;
            GroupState found = state;
            if (!isFound) {
                process.later(delayMs(), () -> process.deliver(new Event.ReadFailed(readId, "not found")));
            } else if (isLost(process)) {
                process.later(TIMEOUT_MS, () -> process.deliver(new Event.ReadFailed(readId, "no answer")));
            } else {
                process.later(delayMs(), () -> process.deliver(new Event.RecordSeen(readId, found)));
            }
        });
    }

    void put(CopyProcess process, Effect.PutRecord put) {
        boolean[] isAnswered = {false};
        process.later(TIMEOUT_MS, () -> {
            if (!isAnswered[0]) {
                process.deliver(new Event.PutDone(put.putId(), new PutOutcome.Unknown("no answer")));
            }
        });
        if (isLost(process)) {
            return;
        }
        underWay.add(put);
        world.scheduler().after(delayMs(), () -> {
            underWay.remove(put);
            PutOutcome outcome = write(process.toString(), put);
            if (!isLost(process)) {
                process.later(delayMs(), () -> {
                    isAnswered[0] = true;
                    process.deliver(new Event.PutDone(put.putId(), outcome));
                });
            }
        });
        if (!isPerfect && world.dice().chance(0.05)) {
            underWay.add(put);
            world.scheduler().after(world.dice().between(1, 6_000), () -> {
                underWay.remove(put);
                write(process + " again", put);
            });
        }
    }

    private PutOutcome write(String who, Effect.PutRecord put) {
        if (!exists || !put.uid().equals(state.uid()) || !put.version().equals(state.version())) {
            world.history().add("store", "conflict for " + who + " put#" + put.putId());
            return new PutOutcome.Conflict();
        }
        List<String> violations = world.rules().violations(state, put.next());
        if (!violations.isEmpty()) {
            world.history().add("store", "refuses " + who + " put#" + put.putId() + " " + violations);
            return new PutOutcome.Refused(violations);
        }
        set(new GroupState(state.uid(), nextVersion(), state.spec(), Optional.of(put.next())), who);
        return new PutOutcome.Written(state);
    }

    private String nextVersion() {
        return Long.toString(++version);
    }

    private void set(GroupState next, String who) {
        next.record().ifPresent(record -> {
            if (record.reason() == GroupRecord.Reason.UNCLEAN_APPROVED) {
                world.ledger().approve(record.epoch());
            }
        });
        past.add(state);
        state = next;
        world.history().add("store", who + " wrote " + History.words(next));
        tellAll();
    }

    /** Watches say it to each copy sooner or later, some before what was earlier. */
    private void tellAll() {
        GroupState seen = state;
        for (Node node : world.nodes()) {
            CopyProcess process = node.process();
            long delayMs = !isPerfect && world.dice().chance(0.1) ? world.dice().between(20, 2_500) : delayMs();
            if (process != null) {
                world.scheduler().after(delayMs, () -> tell(process, seen));
            }
        }
    }

    private void tell(CopyProcess process, GroupState seen) {
        if (!isDown && !isCut[process.node().replica]) {
            process.deliver(new Event.RecordSeen(0, seen));
        }
    }

    /** What a new watch says first may be old. */
    void tellSomething(CopyProcess process) {
        if (past.isEmpty() || isPerfect || world.dice().chance(0.8)) {
            tellNewest(process);
        } else {
            int age = (int) world.dice().between(1, Math.min(4, past.size()));
            tell(process, past.get(past.size() - age));
        }
    }

    void tellNewest(CopyProcess process) {
        if (exists) {
            tell(process, state);
        }
    }

    /** The operator writes. */
    void write(String who, GroupRecord next) {
        List<String> violations = world.rules().violations(state, next);
        if (!violations.isEmpty()) {
            throw new AssertionError("the operator wrote " + next + ": " + violations);
        }
        set(new GroupState(state.uid(), nextVersion(), state.spec(), Optional.of(next)), who);
    }

    void order(String what, UnaryOperator<GroupSpec> change) {
        set(new GroupState(state.uid(), nextVersion(), change.apply(state.spec()), state.record()), what);
    }

    void delete() {
        world.history().add("store", "the group is deleted");
        exists = false;
    }

    void create() {
        exists = true;
        GroupSpec spec = state.spec();
        holder = "";
        set(new GroupState("u" + uids++, nextVersion(), spec, Optional.empty()), "operator");
    }

    /** An old state is back, under a version that was never there. */
    void restore(GroupState old) {
        set(new GroupState(old.uid(), nextVersion(), state.spec(), old.record()), "restore");
    }

    void renew(CopyProcess process, long leaseId, int seconds) {
        if (isLost(process)) {
            return;
        }
        world.scheduler().after(delayMs(), () -> {
            boolean isFree = holder.isEmpty() || isLeaseOver();
            boolean isHeld = exists && (isFree || holder.equals(process.incarnation()));
            if (isHeld) {
                if (!holder.equals(process.incarnation())) {
                    world.history().add("store", "lease to " + process);
                }
                holder = process.incarnation();
                renewedAtMs = world.scheduler().nowMs();
                termMs = 1_000L * seconds;
            }
            if (!isLost(process)) {
                process.later(delayMs(), () -> process.deliver(new Event.LeaseDone(leaseId, isHeld)));
            }
        });
    }

    void release(CopyProcess process) {
        if (isLost(process)) {
            return;
        }
        world.scheduler().after(delayMs(), () -> {
            if (holder.equals(process.incarnation())) {
                holder = "";
                world.history().add("store", "lease released by " + process);
            }
        });
    }
}
