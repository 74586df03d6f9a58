package dev.millrace.client.internal.group;

import java.util.concurrent.CompletableFuture;

/** The upkeep thread, where tasks may wait for answers. Thread-safe. */
public interface Upkeep {
    /** Runs a task; the stage has its failure. */
    CompletableFuture<Boolean> now(Runnable task);

    /** Runs a task after a time; not at all if the client has closed. */
    void later(Runnable task, long afterMs);
}
