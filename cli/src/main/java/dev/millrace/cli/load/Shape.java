package dev.millrace.cli.load;

/** How load is offered. */
public enum Shape {
    /** {@code lanes} threads, each waits for the answer before its next send. */
    WAITING,
    /** {@code lanes} messages under way, each answer starts the next send; no thread waits. */
    IN_FLIGHT,
    /** One thread sends as fast as the client takes it, with at most {@code lanes} messages unanswered. */
    STREAM,
    /**
     * One thread sends at fixed times, whatever the answers do, with at most {@code lanes} messages unanswered; latency
     * counts from the intended time.
     */
    PACED,
    /** A backlog is written, as fast as the client can; nothing is consumed. */
    FILL,
    /** A backlog is written first, then consumed by one process. */
    DRAIN;

    boolean batches() {
        return this != WAITING && this != IN_FLIGHT;
    }
}
