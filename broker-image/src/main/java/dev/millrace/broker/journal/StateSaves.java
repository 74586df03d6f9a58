package dev.millrace.broker.journal;

import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.journal.StateSnapshot.Saved;
import dev.millrace.store.StoreException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Saves what was followed now and then, once the log is durable so far.
 *
 * <p>Owner: the opening thread, then the thread of {@link StateJournal#turn}.
 */
final class StateSaves {
    private static final Logger LOG = LoggerFactory.getLogger(StateSaves.class);
    private static final int TURNS_PER_SAVE = 10;
    /** A start reads so much of the log for nothing if nothing changed. */
    private static final long UNSAVED_BYTES_MAX = 64L * 1024 * 1024;

    private final StateSnapshot file;
    private final FollowedState state;
    private @Nullable Saved saving;
    private long savedChanges = -1;
    private long savedPosition;
    private int turnsToSave;

    StateSaves(StateSnapshot file, FollowedState state) {
        this.file = file;
        this.state = state;
    }

    /** What was saved, if the log still holds all that it knows of. */
    Optional<Saved> read(long endPosition) {
        Optional<Saved> found = file.read().filter(saved -> saved.position() <= endPosition);
        found.ifPresent(saved -> savedPosition = saved.position());
        return found;
    }

    /** @param reached every record before it was followed */
    void turn(long reached, long durablePosition) {
        if (saving == null) {
            turnsToSave--;
            long changes = state.changes();
            boolean isDue = changes != savedChanges || reached - savedPosition >= UNSAVED_BYTES_MAX;
            if (!isDue || turnsToSave > 0) {
                return;
            }
            turnsToSave = TURNS_PER_SAVE;
            savedChanges = changes;
            saving = state.picture(reached);
        }
        Saved ready = saving;
        if (ready.needs() > durablePosition) {
            return;
        }
        saving = null;
        try {
            state.saving();
            file.write(ready);
            savedPosition = ready.position();
        } catch (StoreException | StateFileException e) {
            savedChanges = -1;
            LOG.atWarn()
                    .addKeyValue("error", e.getMessage())
                    .log("the state can't be saved; a start will look for it in the log");
        }
    }
}
