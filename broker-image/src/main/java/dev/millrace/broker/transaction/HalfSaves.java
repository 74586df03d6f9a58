package dev.millrace.broker.transaction;

import dev.millrace.store.MessageStore;
import dev.millrace.store.StoreException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the file of pending halves, on a master and on a replica. Each state waits until the log is durable up to where it
 * got, so a start finds the rest in the log.
 *
 * <p>Owner: one thread.
 */
public final class HalfSaves {
    private static final Logger LOG = LoggerFactory.getLogger(HalfSaves.class);

    private final MessageStore store;
    private final HalfFollower follower;
    private long savedChanges = -1;
    private PendingHalves.@Nullable Content waiting;
    /** The log has to be durable up to here before {@link #waiting} is written: all it knows of is before it. */
    private long waitingNeeds;

    /** The store is open. */
    public HalfSaves(MessageStore store, HalfFollower follower) {
        this.store = store;
        this.follower = follower;
        follower.attach(store);
    }

    /** Saves if anything changed. */
    public void turn() {
        turnAndTell();
    }

    /** Saves if anything changed; gives what was written. */
    Optional<PendingHalves.Content> turnAndTell() {
        PendingHalves halves = follower.halves();
        long changes = halves.changes();
        if (waiting == null && changes != savedChanges) {
            waiting = halves.content();
            waitingNeeds = Math.max(waiting.reached(), follower.followed());
            savedChanges = changes;
        }
        PendingHalves.Content content = waiting;
        if (content == null || waitingNeeds > store.durablePosition()) {
            return Optional.empty();
        }
        waiting = null;
        try {
            follower.file().write(content);
        } catch (StoreException e) {
            savedChanges = -1;
            LOG.atWarn().setCause(e).log("pending half messages can't be saved; a start will look for them in the log");
            return Optional.empty();
        }
        return Optional.of(content);
    }
}
