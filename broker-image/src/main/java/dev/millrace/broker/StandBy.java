package dev.millrace.broker;

import dev.millrace.broker.delay.TimerAgent;
import dev.millrace.broker.files.StateFileException;
import dev.millrace.broker.journal.StateJournal;
import dev.millrace.broker.transaction.HalfSaves;
import dev.millrace.store.MessageStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a copy of a broker group does for its followers while it does not serve: takes over what they noted, and saves what
 * they know, so that a start is short and retention may remove segments.
 *
 * <pre>
 * standing by --handOver--&gt; (a Broker goes on)
 *     |
 *     +--------close------&gt; (the store closes)
 * </pre>
 *
 * <p>Owner: one thread at a time.
 */
final class StandBy {
    private static final Logger LOG = LoggerFactory.getLogger(StandBy.class);
    private static final int TURNS_PER_SECOND = 10;
    private static final int TURNS_PER_SAVE = 5 * TURNS_PER_SECOND;

    private final MessageStore store;
    private final Followers followers;
    private final HalfSaves halves;
    private final TimerAgent calendar;
    private long turns;

    /** @param calendar made for the same store and followers */
    StandBy(MessageStore store, Followers followers, TimerAgent calendar) {
        this.store = store;
        this.followers = followers;
        this.calendar = calendar;
        this.halves = new HalfSaves(store, followers.halves());
        followers.windows().attach(store);
        StateJournal journal = followers.journal();
        if (journal != null) {
            journal.opened(store);
        }
    }

    /** Called ten times a second; blocks while files are forced. */
    void turn() {
        calendar.turnOnReplica();
        calendar.save();
        StateJournal journal = followers.journal();
        if (journal != null && turns % TURNS_PER_SECOND == 0) {
            journal.turn();
        }
        if (turns % TURNS_PER_SAVE == 0) {
            save();
        }
        turns++;
    }

    private void save() {
        halves.turn();
        followers.pops().saveOnReplica(store.durablePosition());
        try {
            followers.windows().save();
        } catch (StateFileException e) {
            LOG.atWarn().addKeyValue("error", e.getMessage()).log("the start of windows is not saved; trying again");
        }
    }

    /** After the last turn: this copy is the master, and its broker goes on with the calendar. */
    TimerAgent handOver() {
        return calendar;
    }

    /** After the last turn, if it was not handed over: before the store closes. */
    void close() {
        calendar.close();
    }
}
