package dev.millrace.broker.replication;

/** Starts a daemon thread. */
@FunctionalInterface
public interface ThreadStarter {
    Thread start(String name, Runnable task);
}
