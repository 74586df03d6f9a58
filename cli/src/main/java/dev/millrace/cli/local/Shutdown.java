package dev.millrace.cli.local;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Ends processes in order: brokers first, so that they can take leave of their NameServers. Each stage is asked, and
 * after {@link #PATIENCE} ended at once.
 *
 * <p>Owner: main thread.
 */
final class Shutdown {
    /** A broker forces its log and writes a checkpoint before it goes. */
    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** One process to end. */
    record Target(String name, Role role, ProcessIdentity process) {}

    private final Processes processes;
    private final LongSupplier nanos;
    private final List<List<Target>> stages = new ArrayList<>();
    private final List<String> ended = new ArrayList<>();
    private long stageStartNanos;
    private boolean isAsked;

    Shutdown(List<Target> targets, Processes processes, LongSupplier nanos) {
        this.processes = processes;
        this.nanos = nanos;
        for (Role role : List.of(Role.BROKER, Role.NAMESRV)) {
            List<Target> stage = targets.stream()
                    .filter(target -> target.role() == role && processes.isRunning(target.process()))
                    .toList();
            if (!stage.isEmpty()) {
                stages.add(stage);
            }
        }
    }

    /** Goes on; true when nothing of it runs any more. */
    boolean doWork() {
        while (!stages.isEmpty()) {
            List<Target> stage = stages.getFirst();
            if (!isAsked) {
                stage.forEach(target -> processes.terminate(target.process()));
                stageStartNanos = nanos.getAsLong();
                isAsked = true;
            }
            List<Target> left = stage.stream()
                    .filter(target -> processes.isRunning(target.process()))
                    .toList();
            if (!left.isEmpty()) {
                if (nanos.getAsLong() - stageStartNanos > PATIENCE.toNanos()) {
                    left.forEach(target -> processes.kill(target.process()));
                }
                return false;
            }
            stage.forEach(target -> ended.add(target.name()));
            stages.removeFirst();
            isAsked = false;
        }
        return true;
    }

    /** Names of those that ran and do no more. */
    List<String> ended() {
        return List.copyOf(ended);
    }
}
