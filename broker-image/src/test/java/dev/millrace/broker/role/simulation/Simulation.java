package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.GroupRecord;
import dev.millrace.broker.role.Member;
import java.util.List;
import java.util.Optional;

/**
 * A group of copies on one virtual clock, with everything but the copies simulated, all of it from a seed. What is demanded:
 * see {@link Ledger}; and that the group serves again soon after the faults end.
 *
 * <p>Owner: one test.
 */
public final class Simulation {
    private static final long WARM_UP_MS = 2_000;
    static final long QUIET_MAX_MS = 40_000;
    private static final long STEPS_MAX = 2_000_000;
    private static final int LINES_MAX = Integer.getInteger("simulation.lines", 400);

    private final long seed;
    private final World world;
    private final Faults faults;
    private final long quietMaxMs;
    private long payload;
    private long steps;

    /** How a run ended. */
    public record Outcome(
            long seed, Plan plan, Optional<Violation> violation, long acknowledged, long epochs, long steps) {}

    Simulation(long seed, World world, long quietMaxMs) {
        this.seed = seed;
        this.world = world;
        this.quietMaxMs = quietMaxMs;
        this.faults = new Faults(world);
    }

    static Outcome run(long seed, Plan plan, CopyMaker copies, RecordCheck rules) {
        return run(seed, plan, copies, rules, QUIET_MAX_MS);
    }

    /** @param quietMaxMs how long the group may take to serve again */
    static Outcome run(long seed, Plan plan, CopyMaker copies, RecordCheck rules, long quietMaxMs) {
        World world = new World(plan, new Dice(seed), copies, rules, false);
        return new Simulation(seed, world, quietMaxMs).run();
    }

    /** What happened in a run that failed. */
    static String history(Outcome failed, CopyMaker copies, RecordCheck rules) {
        World world = new World(failed.plan(), new Dice(failed.seed()), copies, rules, true);
        Simulation again = new Simulation(failed.seed(), world, QUIET_MAX_MS);
        Outcome outcome = again.run();
        List<String> lines = again.world.history().lines();
        int from = Math.max(0, lines.size() - LINES_MAX);
        return "seed " + failed.seed() + ", " + failed.plan() + "\n"
                + String.join("\n", lines.subList(from, lines.size())) + "\n"
                + outcome.violation().map(Throwable::getMessage).orElse("no violation the second time");
    }

    Outcome run() {
        Optional<Violation> violation = Optional.empty();
        try {
            begin();
            until(WARM_UP_MS);
            faults.begin();
            until(world.scheduler().nowMs() + world.plan().faultsMs());
            faults.end();
            recover();
        } catch (Violation e) {
            violation = Optional.of(e);
        }
        return new Outcome(
                seed,
                world.plan(),
                violation,
                world.ledger().acknowledgedCount(),
                world.ledger().openedEpoch(),
                steps);
    }

    private void begin() {
        world.nodes().forEach(Node::start);
        world.scheduler().after(world.dice().between(1, 400), world.operator()::bootstrap);
        clients();
        resync();
    }

    private void clients() {
        boolean isBusy = world.plan().family() == Family.STALLS;
        long pauseMs = isBusy ? world.dice().between(3, 30) : world.dice().between(20, 200);
        world.scheduler().after(pauseMs, () -> {
            for (Node node : world.nodes()) {
                if (node.isRunning() && world.dice().chance(0.7)) {
                    node.process().send(++payload);
                }
            }
            clients();
        });
    }

    private void resync() {
        world.scheduler().after(1_000, () -> {
            for (Node node : world.nodes()) {
                if (node.isRunning()) {
                    world.store().tellNewest(node.process());
                }
            }
            resync();
        });
    }

    private void until(long endMs) {
        while (world.scheduler().nowMs() < endMs) {
            world.scheduler().step();
            if (++steps > STEPS_MAX) {
                throw new Violation(
                        "runs in circles",
                        steps + " steps at " + world.scheduler().nowMs() + " ms");
            }
        }
    }

    private void recover() {
        long endMs = world.scheduler().nowMs() + quietMaxMs;
        String missing = "";
        while (world.scheduler().nowMs() < endMs) {
            until(world.scheduler().nowMs() + 200);
            world.nodes().forEach(Node::start);
            missing = missing();
            if (missing.isEmpty()) {
                long before = world.ledger().acknowledgedInOpened();
                until(world.scheduler().nowMs() + 1_000);
                if (world.ledger().acknowledgedInOpened() > before && missing().isEmpty()) {
                    return;
                }
            }
        }
        throw new Violation("does not recover", missing.isEmpty() ? "nothing is acknowledged" : missing);
    }

    /** What is still not as it should be. */
    private String missing() {
        List<CopyProcess> writers = world.nodes().stream()
                .filter(Node::isRunning)
                .map(Node::process)
                .filter(process -> process.view().isWritable())
                .toList();
        if (writers.size() != 1) {
            return "writers are " + writers;
        }
        Optional<GroupRecord> record = world.store().state().record();
        if (record.isEmpty()) {
            return "no record";
        }
        for (Node node : world.nodes()) {
            Member member = node.disk().member();
            if (!record.get().isMember(member)) {
                return member + " is not in the set";
            }
        }
        Disk disk = writers.getFirst().disk();
        if (!world.ledger().isWhole(disk, disk.end())) {
            return writers.getFirst() + " does not have everything";
        }
        return "";
    }
}
