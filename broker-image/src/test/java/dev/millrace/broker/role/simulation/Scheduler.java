package dev.millrace.broker.role.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What happens when, in virtual time. Owner: one simulation. */
final class Scheduler {
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::number));
    private long nowMs;
    private long number;

    private record Task(long atMs, long number, Runnable action) {}

    long nowMs() {
        return nowMs;
    }

    void after(long delayMs, Runnable action) {
        tasks.add(new Task(nowMs + Math.max(0, delayMs), number++, action));
    }

    /** Runs what is next. */
    void step() {
        Task task = tasks.poll();
        if (task == null) {
            throw new AssertionError("nothing is left to happen at " + nowMs + " ms");
        }
        nowMs = task.atMs();
        task.action().run();
    }
}
