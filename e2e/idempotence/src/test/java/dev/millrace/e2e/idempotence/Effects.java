package dev.millrace.e2e.idempotence;

import dev.millrace.client.MessageListener;
import java.util.List;

/** Effects that are counted in a store of the user's, and how a listener is protected there. Owner: one process. */
interface Effects extends AutoCloseable {
    /** How effect and mark belong together. */
    enum Mode {
        /** They are written in one step. */
        TOGETHER,
        /** The effect is written by itself, between a claim and its completion. */
        LEASE
    }

    /** One effect of a message. */
    record Effect(String message, String process) {}

    /** Makes the tables, for one mode. */
    void prepare(Mode mode) throws Exception;

    /** A protected listener whose effect names this process. */
    MessageListener listener(Mode mode, String process);

    /** All effects so far, in the order in which they happened. */
    List<Effect> happened(Mode mode) throws Exception;

    @Override
    void close();

    static Effects of(StoreServer kind, int port) {
        return switch (kind) {
            case REDIS -> new RedisEffects(port);
            case POSTGRESQL -> new SqlEffects(StoreServer.postgres(port));
            case MARIADB -> new SqlEffects(StoreServer.mariaDb(port));
        };
    }
}
