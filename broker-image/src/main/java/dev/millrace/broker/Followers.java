package dev.millrace.broker;

import dev.millrace.broker.deduplication.Deduplication;
import dev.millrace.broker.delay.DelayConfig;
import dev.millrace.broker.delay.TimerFollower;
import dev.millrace.broker.journal.StateJournal;
import dev.millrace.broker.pop.PopConfig;
import dev.millrace.broker.pop.PopFollower;
import dev.millrace.broker.topic.TopicLogWatcher;
import dev.millrace.broker.transaction.HalfFollower;
import dev.millrace.broker.transaction.TransactionConfig;
import dev.millrace.store.Disk;
import dev.millrace.store.LogFollower;
import dev.millrace.store.StoreConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All who derive state of the broker from the log; made before the store is opened, for one opening.
 *
 * <p>Thread-safe: immutable.
 *
 * @param journal state of a broker group; null in a broker that stands alone
 */
record Followers(
        HalfFollower halves,
        TimerFollower timers,
        PopFollower pops,
        Deduplication windows,
        @Nullable StateJournal journal) {

    /** For one copy of a broker group. */
    static Followers inGroup(
            Disk disk,
            InstantSource clock,
            StoreConfig store,
            TransactionConfig transactions,
            DelayConfig delays,
            PopConfig pops) {
        Path folder = store.path().resolve("config");
        Deduplication windows = Deduplication.inGroup(folder, clock);
        PopFollower popped = new PopFollower(pops, disk, folder);
        StateJournal journal = new StateJournal(disk, folder, StateJournal.Settings.of(store));
        journal.watch(TopicLogWatcher.both(windows, popped));
        journal.onOffsets(popped::followedTo, popped::offsetsHold);
        return new Followers(
                new HalfFollower(transactions, disk, folder),
                new TimerFollower(disk, store.path(), delays),
                popped,
                windows,
                journal);
    }

    /** As the store tells them: windows hear of topics from the journal first. */
    List<LogFollower> inOrder() {
        return journal == null
                ? List.of(halves, timers, windows, pops)
                : List.of(journal, halves, timers, windows, pops);
    }
}
