package dev.millrace.client.internal.send;

/** Runs something after a time, on the client's timer thread. */
@FunctionalInterface
public interface Later {
    void run(Runnable task, long afterMs);
}
