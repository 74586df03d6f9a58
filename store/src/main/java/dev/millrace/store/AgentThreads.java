package dev.millrace.store;

import java.util.function.BiConsumer;

/**
 * One platform thread per agent, parked while there is nothing to do.
 *
 * <p>Thread-safe: holds immutable settings only. An agent that throws is told so by {@link Agent#failed}, and the error
 * handler hears of it; the agent is called again, so that whoever waits for it gets an answer.
 */
public final class AgentThreads implements StoreThreads {
    private final int spinTurns;
    private final BiConsumer<String, Throwable> errors;

    /**
     * @param spinTurns empty turns before a thread parks; 0 suits a machine with few cores
     * @param errors hears role name and fault of an agent that threw
     */
    public AgentThreads(int spinTurns, BiConsumer<String, Throwable> errors) {
        this.spinTurns = spinTurns;
        this.errors = errors;
    }

    @Override
    public Running start(String roleName, Agent agent) {
        Runner runner = new Runner(agent, spinTurns, errors);
        Thread thread = new Thread(runner, roleName);
        thread.setDaemon(true);
        thread.start();
        return () -> runner.stop(thread);
    }

    /** Owner: its thread; {@code stopped} is set from outside. */
    private static final class Runner implements Runnable {
        private final Agent agent;
        private final int spinTurns;
        private final BiConsumer<String, Throwable> errors;
        private int emptyTurns;
        private volatile boolean stopped;

        Runner(Agent agent, int spinTurns, BiConsumer<String, Throwable> errors) {
            this.agent = agent;
            this.spinTurns = spinTurns;
            this.errors = errors;
        }

        @Override
        public void run() {
            while (!stopped) {
                try {
                    turn();
                } catch (Throwable fault) {
                    agent.failed(fault);
                    errors.accept(agent.roleName(), fault);
                    pause();
                }
            }
        }

        private void turn() {
            if (agent.doWork() > 0) {
                emptyTurns = 0;
            } else if (++emptyTurns <= spinTurns) {
                Thread.onSpinWait();
            } else {
                parkUnlessThereIsWork();
                emptyTurns = 0;
            }
        }

        /** The agent goes on, to answer who waits for it, but not in a busy loop. */
        private void pause() {
            agent.wakeUp().announce();
            if (!stopped) {
                agent.wakeUp().sleep(agent.parkNanosMax());
            }
        }

        private void parkUnlessThereIsWork() {
            WakeUp wakeUp = agent.wakeUp();
            wakeUp.announce();
            if (stopped || agent.doWork() > 0) {
                wakeUp.revoke();
            } else {
                wakeUp.sleep(agent.parkNanosMax());
            }
        }

        void stop(Thread thread) {
            stopped = true;
            agent.wakeUp().signal();
            boolean interrupted = false;
            while (thread != Thread.currentThread() && thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
