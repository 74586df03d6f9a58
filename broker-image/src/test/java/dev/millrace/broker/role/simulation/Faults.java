package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.Event;
import dev.millrace.broker.role.GroupSpec;
import dev.millrace.broker.role.GroupState;
import dev.millrace.broker.role.Member;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What goes wrong, and comes back. Owner: one simulation. */
final class Faults {
    private final World world;
    private int wishes;
    private boolean isOver;
    private boolean isCalm;
    private boolean isRepairDue;

    Faults(World world) {
        this.world = world;
    }

    void begin() {
        next();
    }

    /** Everything works from now on. */
    void end() {
        isOver = true;
        world.history().add("world", "QUIET from now on");
        world.network().makePerfect();
        world.store().makePerfect();
        world.operator().withdraw();
        world.store().order("operator: quiet", spec -> spec.withFenced(Set.of()).withSwitchover(Optional.empty()));
        for (Node node : world.nodes()) {
            node.setBarred(false);
            node.setDiskSlow(false);
            node.start();
            node.process().goOn();
        }
        repair();
    }

    private void next() {
        long pauseMs = world.dice().chance(0.3)
                ? world.dice().between(1, 100)
                : world.dice().between(100, 1_500);
        world.scheduler().after(pauseMs, () -> {
            if (!isOver) {
                one(world.plan().family().pick(world.dice()));
                next();
            }
        });
    }

    private void one(Family.Fault fault) {
        if (isCalm || (world.operator().isRebuilding() && !isHarmless(fault))) {
            return;
        }
        Dice dice = world.dice();
        Node node = world.node(dice.below(world.plan().copies()));
        switch (fault) {
            case KILL -> kill(node);
            case POWER -> losePower(node);
            case PAUSE -> pause(node, world.dice().chance(0.4) ? 8_000 : 1_500);
            case STALL -> stall(node);
            case CUT_PAIR -> cutPair(node);
            case ISOLATE -> isolate(node);
            case API_CUT -> {
                world.history().add("world", "cuts " + node + " from the store");
                world.store().setCut(node.replica, true);
                later(200, 5_000, () -> world.store().setCut(node.replica, false));
            }
            case API_DOWN -> {
                world.history().add("world", "the store is down");
                world.store().setDown(true);
                later(200, 4_000, () -> world.store().setDown(false));
            }
            case BREAK -> world.network().breakSome();
            case SLOW_DISK -> {
                node.setDiskSlow(true);
                later(500, 4_000, () -> node.setDiskSlow(false));
            }
            case SWAP -> swap(node);
            case SWITCHOVER -> {
                GroupSpec.Switchover wish = new GroupSpec.Switchover(node.replica, "wish-" + wishes++);
                world.store().order("operator: " + wish, spec -> spec.withSwitchover(Optional.of(wish)));
            }
            case FENCE -> fence(node);
            case MINIMUM -> {
                int minimum = (int) dice.between(1, Math.min(3, world.plan().copies()));
                world.store().order("operator: minInSync " + minimum, spec -> spec.withMinInSync(minimum));
            }
            case LEASE -> {
                int seconds = (int) dice.between(2, 7);
                world.store().order("operator: lease of " + seconds + " s", spec -> withLease(spec, seconds));
            }
            case END -> {
                node.tell(new Event.EndRequested());
                later(300, 8_000, () -> {
                    node.kill();
                    node.start();
                });
            }
            case UNCLEAN -> world.operator().approve();
            case DELETE -> delete();
            case RESTORE -> restore();
        }
    }

    private static boolean isHarmless(Family.Fault fault) {
        return switch (fault) {
            case PAUSE, CUT_PAIR, API_CUT, BREAK, SLOW_DISK, SWITCHOVER, KILL, ISOLATE -> true;
            default -> false;
        };
    }

    private void later(long leastMs, long mostMs, Runnable action) {
        world.scheduler().after(world.dice().between(leastMs, mostMs), () -> {
            if (!isOver) {
                action.run();
            }
        });
    }

    private void kill(Node node) {
        node.kill();
        later(50, world.dice().chance(0.3) ? 8_000 : 1_500, node::start);
    }

    private void losePower(Node node) {
        int newEnd = node.endAfterPowerLoss();
        if (!node.isPowered() || !isRecoverable(node, newEnd, true, false)) {
            return;
        }
        node.losePower(newEnd);
        later(200, world.dice().chance(0.3) ? 8_000 : 1_500, node::start);
    }

    private void swap(Node node) {
        if (world.operator().isRebuilding()
                || world.store().state().record().isEmpty()
                || !isRecoverable(node, 0, true, true)) {
            return;
        }
        node.swapDisk();
        later(50, 3_000, node::start);
    }

    /**
     * Whether what was told to clients can come back after the disk of a node lost something: whatever becomes of the writes
     * under way, a member must have it all and be sure of it; or all members must be there, and one have it all.
     */
    private boolean isRecoverable(Node hit, int newEnd, boolean isPowerLost, boolean isSwapped) {
        List<List<Member>> sets = world.store().possibleSets();
        return !sets.isEmpty()
                && sets.stream().allMatch(set -> {
                    boolean isWholeSure = false;
                    boolean isWhole = false;
                    boolean areAllThere = true;
                    for (Member member : set) {
                        Node node = world.node(member.replica());
                        boolean isThere = node.disk().member().equals(member) && !(node == hit && isSwapped);
                        int end = node == hit ? newEnd : node.disk().end();
                        boolean hasAll = isThere && world.ledger().isWhole(node.disk(), end);
                        boolean isVolatile = node.disk().stored().isVolatile()
                                || (node == hit && isPowerLost && !world.plan().isForceAwaited());
                        areAllThere &= isThere;
                        isWhole |= hasAll;
                        isWholeSure |= hasAll && !isVolatile;
                    }
                    return isWholeSure || (isWhole && areAllThere);
                });
    }

    private void pause(Node node, long mostMs) {
        CopyProcess process = node.process();
        if (process == null || process.isPaused()) {
            return;
        }
        process.pause();
        later(50, mostMs, process::goOn);
    }

    private void stall(Node node) {
        boolean isFromStore = world.dice().chance(0.5);
        pause(node, 9_000);
        // What was under way to it still waits for it.
        later(0, 20, () -> {
            setIsolated(node, true, isFromStore);
            later(500, 9_000, () -> setIsolated(node, false, isFromStore));
        });
    }

    private void cutPair(Node one) {
        int other = world.dice().below(world.plan().copies());
        boolean isOneWay = world.dice().chance(0.4);
        block(one.replica, other, true, isOneWay);
        later(100, world.dice().chance(0.3) ? 8_000 : 2_500, () -> block(one.replica, other, false, false));
    }

    private void block(int one, int other, boolean blocked, boolean isOneWay) {
        if (one == other) {
            return;
        }
        world.history().add("world", (blocked ? "cuts " : "heals ") + one + (isOneWay ? " -> " : " <-> ") + other);
        world.network().block(one, other, blocked);
        if (!isOneWay) {
            world.network().block(other, one, blocked);
        }
    }

    private void isolate(Node node) {
        boolean isFromStore = world.dice().chance(0.5);
        setIsolated(node, true, isFromStore);
        later(200, world.dice().chance(0.4) ? 9_000 : 2_500, () -> setIsolated(node, false, isFromStore));
    }

    private void setIsolated(Node node, boolean isolated, boolean isFromStore) {
        for (Node other : world.nodes()) {
            block(node.replica, other.replica, isolated, false);
        }
        if (isFromStore) {
            world.history().add("world", node + (isolated ? " loses" : " has") + " the store");
            world.store().setCut(node.replica, isolated);
        }
    }

    private void fence(Node node) {
        Set<Integer> fenced = new HashSet<>(world.store().state().spec().fenced());
        if (!fenced.remove(node.replica) && fenced.size() < world.plan().copies() - 1) {
            fenced.add(node.replica);
        }
        world.store().order("operator: fences " + fenced, spec -> spec.withFenced(fenced));
    }

    private static GroupSpec withLease(GroupSpec spec, int leaseSeconds) {
        GroupSpec.Timers timers = spec.timers();
        return new GroupSpec(
                spec.cluster(),
                spec.group(),
                spec.copies(),
                spec.minInSync(),
                spec.acks(),
                spec.cordon(),
                spec.fenced(),
                spec.switchover(),
                spec.uncleanElection(),
                spec.repairApproval(),
                new GroupSpec.Timers(
                        timers.suspicionMs(),
                        timers.shrinkMs(),
                        timers.askMs(),
                        timers.rankMs(),
                        leaseSeconds,
                        timers.renewSeconds()));
    }

    private void delete() {
        if (world.operator().isRebuilding() || world.store().state().record().isEmpty()) {
            return;
        }
        world.store().delete();
        world.scheduler().after(world.dice().between(10, 1_500), () -> {
            world.store().create();
            world.operator().rebuild();
        });
    }

    /** Only while all copies can be asked: a copy that was taken out and finds an old record would elect itself. */
    private void restore() {
        if (isCalm || world.operator().isRebuilding()) {
            return;
        }
        isCalm = true;
        world.history().add("world", "calms down before a restore");
        world.network().setLate(false);
        world.network().healAll();
        for (Node node : world.nodes()) {
            node.setDiskSlow(false);
            node.start();
            if (node.isRunning()) {
                node.process().goOn();
            }
        }
        later(4_000, 4_000, this::restoreNow);
    }

    private void restoreNow() {
        List<GroupState> past = world.store().past();
        boolean areAllWell = world.nodes().stream()
                .allMatch(node -> node.isRunning() && !node.process().isPaused());
        GroupState old = past.isEmpty() ? null : past.get(world.dice().below(past.size()));
        if (areAllWell
                && old != null
                && old.record().isPresent()
                && old.uid().equals(world.store().state().uid())) {
            world.store().restore(old);
            isRepairDue = true;
            later(500, 3_000, this::repair);
        }
        later(4_000, 6_000, this::endCalm);
    }

    private void repair() {
        if (isRepairDue) {
            isRepairDue = false;
            world.operator().rebuild();
        }
    }

    private void endCalm() {
        if (isRepairDue || world.operator().isRebuilding()) {
            later(500, 500, this::endCalm);
        } else {
            isCalm = false;
            world.network().setLate(true);
        }
    }
}
