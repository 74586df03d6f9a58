package dev.millrace.broker.role.simulation;

import dev.millrace.broker.role.CopyIdentity;
import dev.millrace.broker.role.Event;

/** A machine with a disk, and the process of a copy on it or none. Owner: one simulation. */
final class Node {
    final int replica;
    private final World world;
    private Disk disk;
    private CopyProcess process;
    private boolean isPowered = true;
    private boolean isBarred;
    private boolean isDiskSlow;
    private int incarnations;
    private int disks;
    private final long offsetMs;
    private final double rate;

    Node(World world, int replica) {
        this.world = world;
        this.replica = replica;
        this.offsetMs = world.dice().between(0, 1_000_000);
        this.rate = 1 + (world.dice().below(21) - 10) / 1_000.0;
        this.disk = newDisk();
    }

    private Disk newDisk() {
        return new Disk(replica, "s" + replica + "'".repeat(disks++));
    }

    Disk disk() {
        return disk;
    }

    /** The process if one is running, else null. */
    CopyProcess process() {
        return process;
    }

    boolean isRunning() {
        return process != null;
    }

    boolean isPowered() {
        return isPowered;
    }

    boolean isDiskSlow() {
        return isDiskSlow;
    }

    void setDiskSlow(boolean slow) {
        isDiskSlow = slow;
    }

    /** A barred machine starts nothing. */
    void setBarred(boolean barred) {
        isBarred = barred;
    }

    long monotonicMs() {
        return offsetMs + (long) (world.scheduler().nowMs() * rate);
    }

    void start() {
        if (process != null || isBarred) {
            return;
        }
        if (isPowered && world.plan().leftOut() == Plan.LeftOut.VOLATILE_STAYS) {
            disk.clearVolatile();
        }
        isPowered = true;
        String incarnation = replica + "." + incarnations++;
        world.history().add("node " + replica, "starts as " + incarnation);
        CopyIdentity identity = new CopyIdentity(
                replica, incarnation, "copy-" + replica, world.plan().isForceAwaited());
        process = new CopyProcess(world, this, identity);
        process.begin();
    }

    void kill() {
        if (process == null) {
            return;
        }
        world.history().add("node " + replica, "process dies");
        CopyProcess dead = process;
        process = null;
        dead.die();
        disk.abandon(world.dice());
        world.network().died(dead);
    }

    /** What the log would keep if the power went now. */
    int endAfterPowerLoss() {
        int told = Math.min(world.ledger().end(), disk.end());
        int least = world.dice().chance(0.5) ? Math.max(disk.forced(), told) : disk.forced();
        return (int) world.dice().between(least, disk.end());
    }

    void losePower(int newEnd) {
        world.history().add("node " + replica, "loses power, log " + disk.end() + " -> at most " + newEnd);
        isPowered = false;
        kill();
        int kept = Math.min(newEnd, disk.end());
        disk.losePower(kept, !world.plan().isForceAwaited());
    }

    void swapDisk() {
        kill();
        disk = newDisk();
        world.history()
                .add("node " + replica, "has the empty disk " + disk.member().storageId());
    }

    void tell(Event event) {
        if (process != null) {
            process.deliver(event);
        }
    }

    @Override
    public String toString() {
        return "node " + replica;
    }
}
