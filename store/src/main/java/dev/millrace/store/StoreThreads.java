package dev.millrace.store;

/** Gives agents their threads. {@link AgentThreads} is the real one; tests keep the agents and call them by hand. */
public interface StoreThreads {
    /**
     * Starts to call the agent's turns.
     *
     * @return stops the calls; when {@code close()} returns, no turn is running or will
     */
    Running start(String roleName, Agent agent);

    /** A started agent. */
    interface Running extends AutoCloseable {
        @Override
        void close();
    }
}
